// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.Order;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which probe results become verdicts. Pure: the same state, result and time give the same step.
 *
 * <p>A target that is up goes down after {@code fall} failures in a row, one that is down comes up after {@code rise}
 * successes in a row. An unknown target comes up on its <em>first</em> success, because a real server that answers should
 * not wait for traffic, and goes down only after {@code fall} failures, so that one lost packet at start-up condemns
 * nobody. An inconclusive probe changes nothing.
 *
 * <p>Damping: a target that has gone from up to down as often as the flap limit within the flap window flaps. It comes up
 * again only when it has passed every probe for as long as the window.
 *
 * <p>The thresholds may differ from one step to the next (a reload): the counts carry on.
 */
public record HealthMachine(CheckThresholds thresholds) {
    private static final int FIRST_RISE = 1;

    /**
     * What one probe or order changes.
     *
     * @param transition the change of health, or null if it stands
     */
    public record Step(HealthState state, @Nullable Transition transition) {}

    /** The state after {@code result}, which arrived at {@code nowNanos}. */
    public Step step(HealthState state, ProbeResult result, long nowNanos) {
        if (state.order() == Order.MAINTENANCE) {
            return new Step(state, null);
        }
        return switch (result.outcome()) {
            case PASSED -> passed(state.afterSuccess(nowNanos), result, nowNanos);
            case FAILED -> failed(state.afterFailure(), result, nowNanos);
            case INCONCLUSIVE -> new Step(state, null);
        };
    }

    /** The state after an operator has said what shall be. */
    public Step order(HealthState state, Order order, String reason, long nowNanos) {
        return turned(state, state.ordered(order, nowNanos), reason, nowNanos);
    }

    /**
     * Whether the next results decide something: before the first verdict, as long as no probe has confirmed one that came
     * from elsewhere, or when the latest probes speak against it.
     */
    public boolean isForming(HealthState state, long nowNanos) {
        if (state.isUnconfirmed()) {
            return true;
        }
        return switch (state.verdict()) {
            case UP -> state.failures() > 0;
            case DOWN -> state.successes() > 0 && !isHeldDown(state, nowNanos);
            default -> true;
        };
    }

    /** Whether the next result may bring a verdict by itself, or together with those before it. */
    boolean mayDecide(HealthState state, long nowNanos) {
        return isForming(state, nowNanos)
                || (state.verdict() == Health.UP ? thresholds.fall() : thresholds.rise()) == 1;
    }

    private Step passed(HealthState state, ProbeResult result, long nowNanos) {
        int needed = state.verdict() == Health.UNKNOWN ? FIRST_RISE : thresholds.rise();
        if (state.verdict() == Health.UP || state.successes() < needed || isHeldDown(state, nowNanos)) {
            return new Step(state, null);
        }
        String why = isFlapping(state)
                ? ", passed every probe for " + text(thresholds.flapWindow()) + " after it had flapped"
                : ", " + needed + " of " + needed + " passed";
        return turned(state, state.judged(Health.UP, nowNanos), result.text() + why, nowNanos);
    }

    private Step failed(HealthState state, ProbeResult result, long nowNanos) {
        int fall = thresholds.fall();
        if (state.verdict() == Health.DOWN || state.failures() < fall) {
            return new Step(state, null);
        }
        HealthState down = state.judged(Health.DOWN, nowNanos);
        if (state.verdict() == Health.UP) {
            down = down.withDown(nowNanos, thresholds.flapLimit());
        }
        String why = result.text() + ", " + fall + " of " + fall + " failed";
        return turned(state, down, isFlapping(down) ? why + flapping() : why, nowNanos);
    }

    private static Step turned(HealthState before, HealthState after, String reason, long nowNanos) {
        Transition transition = before.health() == after.health()
                ? null
                : new Transition(before.health(), after.health(), nowNanos, reason);
        return new Step(after, transition);
    }

    /** Whether a target that is down shall stay so although it passes. */
    private boolean isHeldDown(HealthState state, long nowNanos) {
        boolean passedForLong =
                nowNanos - state.passingSinceNanos() >= thresholds.flapWindow().toNanos();
        return state.verdict() == Health.DOWN && isFlapping(state) && !passedForLong;
    }

    /** Whether the latest time that the target went down was one too many. */
    private boolean isFlapping(HealthState state) {
        int limit = thresholds.flapLimit();
        int count = state.downs().size();
        if (limit == 0 || count < limit) {
            return false;
        }
        long span = state.downs().get(count - 1) - state.downs().get(count - limit);
        return span <= thresholds.flapWindow().toNanos();
    }

    private String flapping() {
        String window = text(thresholds.flapWindow());
        return "; it flaps, " + thresholds.flapLimit() + " times down within " + window
                + ", and stays down until it has passed every probe for " + window;
    }

    private static String text(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }
}
