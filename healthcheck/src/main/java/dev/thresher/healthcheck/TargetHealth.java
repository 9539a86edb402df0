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
 */
public record TargetHealth(
        Target target, HealthState state, @Nullable LastProbe lastProbe, List<Transition> history) {
    public static final int HISTORY_LIMIT = 32;

    public TargetHealth {
        history = List.copyOf(history);
    }

    static TargetHealth initial(Target target, Health verdict, long nowNanos) {
        return new TargetHealth(target, HealthState.initial(verdict, nowNanos), null, List.of());
    }

    /** What an edited check starts from: the verdict always, the evidence for it only if the question is still the same. */
    TargetHealth inheritedBy(Target heir) {
        return heir.asksTheSameAs(target)
                ? new TargetHealth(heir, state, lastProbe, history)
                : new TargetHealth(heir, state.restarted(), null, history);
    }

    TargetHealth after(LastProbe probe, HealthMachine.Step step) {
        return new TargetHealth(target, step.state(), probe, historyWith(step.transition()));
    }

    /** After something that is no probe. */
    TargetHealth after(HealthMachine.Step step) {
        return new TargetHealth(target, step.state(), lastProbe, historyWith(step.transition()));
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
