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
 * @param askedSinceNanos since when the check is asked as it is: what is known may be older, from before a maintenance or an
 *     edit
 */
public record TargetHealth(
        Target target,
        HealthState state,
        @Nullable LastProbe lastProbe,
        List<Transition> history,
        @Nullable Target lender,
        long askedSinceNanos) {
    public static final int HISTORY_LIMIT = 32;

    public TargetHealth {
        history = List.copyOf(history);
    }

    /** Whose verdict is its own, and that has been asked for as long as it stands so. */
    public TargetHealth(Target target, HealthState state, @Nullable LastProbe lastProbe, List<Transition> history) {
        this(target, state, lastProbe, history, null, state.sinceNanos());
    }

    /** How long ago there was news of the target, or could not have been any before, for one that is probed. */
    public long ageNanos(long nowNanos) {
        long asked = nowNanos - askedSinceNanos;
        return lastProbe == null ? asked : Math.min(asked, nowNanos - lastProbe.endedNanos());
    }

    static TargetHealth initial(Target target, Health verdict, long nowNanos) {
        return new TargetHealth(target, HealthState.initial(verdict, nowNanos), null, List.of());
    }

    /**
     * What an edited check starts from: everything if the question is still the same, else a verdict on loan, which has to be
     * confirmed.
     */
    TargetHealth inheritedBy(Target heir, long nowNanos) {
        if (heir.asksTheSameAs(target)) {
            return new TargetHealth(heir, state, lastProbe, history, lender, nowNanos);
        }
        boolean lends = state.verdict() != Health.UNKNOWN && target.check().probes();
        return new TargetHealth(heir, state.restarted(), null, history, lends ? target : null, nowNanos);
    }

    TargetHealth seeded(HealthState seeded) {
        return new TargetHealth(target, seeded, lastProbe, history);
    }

    TargetHealth after(LastProbe probe, HealthMachine.Step step) {
        boolean inconclusive = probe.result().outcome() == ProbeResult.Outcome.INCONCLUSIVE;
        return new TargetHealth(
                target,
                step.state(),
                probe,
                historyWith(step.transition()),
                inconclusive ? lender : null,
                askedSinceNanos);
    }

    /** After something that is no probe. */
    TargetHealth after(HealthMachine.Step step) {
        Transition transition = step.transition();
        long asked =
                transition != null && transition.from() == Health.MAINTENANCE ? transition.atNanos() : askedSinceNanos;
        return new TargetHealth(target, step.state(), lastProbe, historyWith(transition), lender, asked);
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
