// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.plan.VipPlan;

/** Says for people how a VIP is served. */
final class PlanText {
    private PlanText() {}

    static String of(VipPlan plan) {
        return switch (plan.mode()) {
            case NORMAL -> "served by its pool " + plan.pool();
            case FALLBACK -> "its own pool has too few real servers up, the fallback " + plan.pool() + " serves";
            case SHORT -> "pool " + plan.pool() + " serves with fewer real servers up than its min-healthy";
            case PANIC ->
                "PANIC: fewer of pool " + plan.pool()
                        + " are up than its panic-threshold, so all of it serves, whatever"
                        + " the probes say: look whether the probes or the real servers are at fault";
            case NONE -> "no real server is up, its packets are dropped";
        };
    }
}
