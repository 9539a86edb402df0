// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.health;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.net.InetAddress;
import java.time.Instant;

/** Something that happened to a VIP's health. */
public sealed interface HealthEvent {
    VipKey vip();

    /** A member's health has changed. */
    record MemberChanged(VipKey vip, InetAddress real, HealthChange change) implements HealthEvent {}

    /**
     * A VIP is served in another way than before.
     *
     * @param pool the one that serves it from now on
     */
    record ServingChanged(VipKey vip, Instant at, Mode from, Mode to, String pool) implements HealthEvent {}
}
