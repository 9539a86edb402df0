// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/**
 * Where a target stands: the verdict and what has been seen since the last change of mind.
 *
 * @param health the verdict
 * @param successes probes passed in a row, up to the latest; 0 if the latest failed
 * @param failures probes failed in a row, up to the latest; 0 if the latest passed
 * @param sinceNanos when the verdict was reached, on the clock that is passed to {@link HealthMachine#step}
 */
public record HealthState(Health health, int successes, int failures, long sinceNanos) {
    /** A verdict that no probe has confirmed or contradicted yet. */
    public static HealthState initial(Health health, long nowNanos) {
        return new HealthState(health, 0, 0, nowNanos);
    }

    /** The same verdict, to be judged by new evidence only: what counts as success has changed. */
    public HealthState restarted() {
        return new HealthState(health, 0, 0, sinceNanos);
    }

    HealthState afterSuccess() {
        return new HealthState(health, increment(successes), 0, sinceNanos);
    }

    HealthState afterFailure() {
        return new HealthState(health, 0, increment(failures), sinceNanos);
    }

    HealthState turned(Health to, long nowNanos) {
        return new HealthState(to, successes, failures, nowNanos);
    }

    private static int increment(int count) {
        return count == Integer.MAX_VALUE ? count : count + 1;
    }
}
