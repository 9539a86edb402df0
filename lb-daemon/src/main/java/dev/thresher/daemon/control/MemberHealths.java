// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Order;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthState;

/** The health of one member: what is known of its target, which other members may share, and what is ordered of it alone. */
final class MemberHealths {
    private MemberHealths() {}

    static Health of(Targets.Use use, HealthState target) {
        Order order = use.real().order();
        return switch (order.compareTo(target.order()) > 0 ? order : target.order()) {
            case MAINTENANCE -> Health.MAINTENANCE;
            case DRAIN -> drained(target.verdict());
            case SERVE -> target.verdict();
        };
    }

    /** What a change of the target's health is to a member of which more is ordered than of the target. */
    static Health of(Order more, Health target) {
        return switch (more) {
            case MAINTENANCE -> Health.MAINTENANCE;
            case DRAIN -> drained(target);
            case SERVE -> target;
        };
    }

    private static Health drained(Health health) {
        return health == Health.UP ? Health.DRAIN : health;
    }
}
