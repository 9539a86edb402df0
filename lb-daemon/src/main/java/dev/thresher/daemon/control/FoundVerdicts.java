// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Failover.DeadFlows;
import dev.thresher.config.Member;
import dev.thresher.config.Order;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.Target;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the maps tell of the targets' health: a restart must not take a serving real out until its first probe. */
final class FoundVerdicts {
    private FoundVerdicts() {}

    /** Those that are known. A target that several members share is up if one of them is. */
    static Map<Target, Health> of(Targets targets, Map<Member, MemberState> found) {
        Map<Target, Health> verdicts = new HashMap<>();
        targets.forEach(use -> {
            MemberState state = found.get(new Member(use.vip().key(), use.real().address()));
            verdictOf(state, use).ifPresent(verdict -> verdicts.merge(use.target(), verdict, FoundVerdicts::better));
        });
        return verdicts;
    }

    private static Optional<Health> verdictOf(@Nullable MemberState state, Targets.Use use) {
        if (state == null || state == MemberState.FREE || (state == MemberState.DOWN && isOutByOrder(use))) {
            return Optional.empty();
        }
        // Where the flows of the dead stay, draining is what the dead do, and the living of a pool that does not serve.
        boolean either = state == MemberState.DRAIN
                && use.real().takesFlows()
                && use.vip().failover().deadFlows() == DeadFlows.KEEP;
        if (either) {
            return Optional.empty();
        }
        return Optional.of(state == MemberState.DOWN ? Health.DOWN : Health.UP);
    }

    /** Or by the end of its drain. Then it is out whether it lives or not. */
    private static boolean isOutByOrder(Targets.Use use) {
        return use.real().order() == Order.MAINTENANCE
                || (!use.real().takesFlows() && use.pool().policy().drainTimeout() != null);
    }

    private static Health better(Health a, Health b) {
        return a == Health.UP ? a : b;
    }
}
