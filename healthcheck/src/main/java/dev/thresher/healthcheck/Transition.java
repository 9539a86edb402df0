// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/**
 * A change of verdict.
 *
 * @param atNanos when, on the clock of {@link HealthChecker#nanoTime}
 * @param reason why, for people: "connection refused, 3 of 3 failed"
 */
public record Transition(Health from, Health to, long atNanos, String reason) {}
