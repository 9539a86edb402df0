// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.reconcile.DesiredState;
import java.util.Map;

/**
 * What the data plane shall do, and why.
 *
 * @param plans by VIP
 */
record Decision(DesiredState state, Map<VipKey, VipPlan> plans) {
    Decision {
        plans = Map.copyOf(plans);
    }

    /** How long it holds if nothing happens, in nanoseconds; {@link Long#MAX_VALUE} for ever. */
    long untilNanos() {
        return plans.values().stream().mapToLong(VipPlan::untilNanos).min().orElse(Long.MAX_VALUE);
    }
}
