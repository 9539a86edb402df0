// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Order;
import dev.thresher.healthcheck.Health;

/** The health of one member: what is known of its target, which other members may share, and what is ordered of it. */
final class MemberHealths {
    private MemberHealths() {}

    static Health of(Order order, Health target) {
        return switch (order) {
            case MAINTENANCE -> Health.MAINTENANCE;
            case DRAIN -> target == Health.UP ? Health.DRAIN : target;
            case SERVE -> target;
        };
    }
}
