// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import org.jspecify.annotations.Nullable;

/**
 * The rules by which probe results become verdicts. Pure: the same state, result and time give the same step.
 *
 * <p>A target that is up goes down after {@code fall} failures in a row, one that is down comes up after {@code rise}
 * successes in a row. An unknown target comes up on its <em>first</em> success, because a real server that answers should
 * not wait for traffic, and goes down only after {@code fall} failures, so that one lost packet at start-up condemns
 * nobody. An inconclusive probe changes nothing.
 *
 * <p>The thresholds may differ from one step to the next (a reload): the counts carry on.
 *
 * @param rise successes in a row that bring a target up, at least 1
 * @param fall failures in a row that take it down, at least 1
 */
public record HealthMachine(int rise, int fall) {
    private static final int FIRST_RISE = 1;

    public HealthMachine {
        if (rise < 1 || fall < 1) {
            throw new IllegalArgumentException("rise and fall must be at least 1, not " + rise + " and " + fall);
        }
    }

    /**
     * What one probe changes.
     *
     * @param transition the change of verdict, or null if it stands
     */
    public record Step(HealthState state, @Nullable Transition transition) {}

    /** The state after {@code result}, which arrived at {@code nowNanos}. */
    public Step step(HealthState state, ProbeResult result, long nowNanos) {
        return switch (result.outcome()) {
            case PASSED -> passed(state.afterSuccess(), result, nowNanos);
            case FAILED -> failed(state.afterFailure(), result, nowNanos);
            case INCONCLUSIVE -> new Step(state, null);
        };
    }

    private Step passed(HealthState state, ProbeResult result, long nowNanos) {
        int needed = state.health() == Health.UNKNOWN ? FIRST_RISE : rise;
        if (state.health() == Health.UP || state.successes() < needed) {
            return new Step(state, null);
        }
        return turn(state, Health.UP, result.text() + ", " + needed + " of " + needed + " passed", nowNanos);
    }

    private Step failed(HealthState state, ProbeResult result, long nowNanos) {
        if (state.health() == Health.DOWN || state.failures() < fall) {
            return new Step(state, null);
        }
        return turn(state, Health.DOWN, result.text() + ", " + fall + " of " + fall + " failed", nowNanos);
    }

    private static Step turn(HealthState state, Health to, String reason, long nowNanos) {
        return new Step(state.turned(to, nowNanos), new Transition(state.health(), to, nowNanos, reason));
    }
}
