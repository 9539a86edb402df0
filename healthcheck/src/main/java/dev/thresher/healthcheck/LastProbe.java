// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/**
 * The latest probe of a target that came to an end.
 *
 * @param startedNanos on the clock of {@link HealthChecker#nanoTime}
 * @param endedNanos on the same clock
 */
public record LastProbe(ProbeResult result, long startedNanos, long endedNanos) {}
