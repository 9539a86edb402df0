// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a target stands: the verdict of its probes, what has been seen since the last change of mind, and the order of the
 * operator. All moments are on the clock that is passed to {@link HealthMachine}.
 *
 * @param verdict what the probes say: {@link Health#UNKNOWN}, {@link Health#UP} or {@link Health#DOWN}
 * @param order what the operator says
 * @param successes probes passed in a row, up to the latest; 0 if the latest failed
 * @param failures probes failed in a row, up to the latest; 0 if the latest passed
 * @param orderedNanos when the operator said so; what the probes say in between does not change it
 * @param sinceNanos when {@link #health} became what it is
 * @param passingSinceNanos when the first of the successes in a row came
 * @param downs when the target went from up to down, oldest first; as many as damping looks at
 */
public record HealthState(
        Health verdict,
        Order order,
        int successes,
        int failures,
        long orderedNanos,
        long sinceNanos,
        long passingSinceNanos,
        List<Long> downs) {
    public HealthState {
        downs = List.copyOf(downs);
    }

    /** A verdict that no probe has confirmed or contradicted yet. */
    public static HealthState initial(Health verdict, long nowNanos) {
        if (verdict != Health.UNKNOWN && verdict != Health.UP && verdict != Health.DOWN) {
            throw new IllegalArgumentException("no probe says " + verdict);
        }
        return new HealthState(verdict, Order.SERVE, 0, 0, nowNanos, nowNanos, nowNanos, List.of());
    }

    /** Verdict and order in one word. */
    public Health health() {
        return switch (order) {
            case MAINTENANCE -> Health.MAINTENANCE;
            case DRAIN -> verdict == Health.UP ? Health.DRAIN : verdict;
            case SERVE -> verdict;
        };
    }

    /** The same verdict, to be judged by new evidence only: what counts as success has changed. */
    public HealthState restarted() {
        return new HealthState(verdict, order, 0, 0, orderedNanos, sinceNanos, sinceNanos, List.of());
    }

    /** No probe has said anything since the verdict came: from a restart, or a check that asked something else. */
    boolean isUnconfirmed() {
        return successes == 0 && failures == 0;
    }

    HealthState afterSuccess(long nowNanos) {
        long passingSince = successes == 0 ? nowNanos : passingSinceNanos;
        return new HealthState(verdict, order, increment(successes), 0, orderedNanos, sinceNanos, passingSince, downs);
    }

    HealthState afterFailure() {
        return new HealthState(
                verdict, order, 0, increment(failures), orderedNanos, sinceNanos, passingSinceNanos, downs);
    }

    HealthState judged(Health other, long nowNanos) {
        return new HealthState(other, order, successes, failures, orderedNanos, sinceNanos, passingSinceNanos, downs)
                .sinceIfOtherThan(health(), nowNanos);
    }

    /** In maintenance nothing is seen, and what was seen before it is no longer true. */
    HealthState ordered(Order other, long nowNanos) {
        long ordered = other == order ? orderedNanos : nowNanos;
        boolean forgets = order == Order.MAINTENANCE || other == Order.MAINTENANCE;
        HealthState state = forgets
                ? new HealthState(Health.UNKNOWN, other, 0, 0, ordered, sinceNanos, sinceNanos, List.of())
                : new HealthState(verdict, other, successes, failures, ordered, sinceNanos, passingSinceNanos, downs);
        return state.sinceIfOtherThan(health(), nowNanos);
    }

    private HealthState sinceIfOtherThan(Health before, long nowNanos) {
        return health() == before
                ? this
                : new HealthState(
                        verdict, order, successes, failures, orderedNanos, nowNanos, passingSinceNanos, downs);
    }

    HealthState withDown(long nowNanos, int limit) {
        List<Long> longer = new ArrayList<>(downs);
        longer.add(nowNanos);
        List<Long> kept = longer.subList(Math.max(0, longer.size() - limit), longer.size());
        return new HealthState(verdict, order, successes, failures, orderedNanos, sinceNanos, passingSinceNanos, kept);
    }

    private static int increment(int count) {
        return count == Integer.MAX_VALUE ? count : count + 1;
    }
}
