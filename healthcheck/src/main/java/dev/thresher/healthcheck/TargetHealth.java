// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that is known about a target at one moment.
 *
 * @param lastProbe the latest finished probe, or null before the first
 * @param history the latest {@value #HISTORY_LIMIT} transitions, oldest first
 * @param lender the check whose verdict this is: one that asked something else, and that this one took the place of. Null
 *     as soon as a probe of its own has confirmed or contradicted it
 */
public record TargetHealth(
        Target target,
        HealthState state,
        @Nullable LastProbe lastProbe,
        List<Transition> history,
        @Nullable Target lender) {
    public static final int HISTORY_LIMIT = 32;

    public TargetHealth {
        history = List.copyOf(history);
    }

    /** Whose verdict is its own. */
    public TargetHealth(Target target, HealthState state, @Nullable LastProbe lastProbe, List<Transition> history) {
        this(target, state, lastProbe, history, null);
    }

    static TargetHealth initial(Target target, Health verdict, long nowNanos) {
        return new TargetHealth(target, HealthState.initial(verdict, nowNanos), null, List.of());
    }

    /**
     * What an edited check starts from: everything if the question is still the same, else a verdict on loan, which has to be
     * confirmed.
     */
    TargetHealth inheritedBy(Target heir) {
        if (heir.asksTheSameAs(target)) {
            return new TargetHealth(heir, state, lastProbe, history, lender);
        }
        boolean lends = state.verdict() != Health.UNKNOWN && target.check().probes();
        return new TargetHealth(heir, state.restarted(), null, history, lends ? target : null);
    }

    TargetHealth seeded(HealthState seeded) {
        return new TargetHealth(target, seeded, lastProbe, history);
    }

    TargetHealth after(LastProbe probe, HealthMachine.Step step) {
        boolean inconclusive = probe.result().outcome() == ProbeResult.Outcome.INCONCLUSIVE;
        return new TargetHealth(
                target, step.state(), probe, historyWith(step.transition()), inconclusive ? lender : null);
    }

    /** After something that is no probe. */
    TargetHealth after(HealthMachine.Step step) {
        return new TargetHealth(target, step.state(), lastProbe, historyWith(step.transition()), lender);
    }

    private List<Transition> historyWith(@Nullable Transition transition) {
        if (transition == null) {
            return history;
        }
        int kept = Math.min(history.size(), HISTORY_LIMIT - 1);
        List<Transition> longer = new ArrayList<>(history.subList(history.size() - kept, history.size()));
        longer.add(transition);
        return longer;
    }
}
