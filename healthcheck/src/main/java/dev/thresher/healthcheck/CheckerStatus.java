// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.time.Duration;

/**
 * Whether the checker itself is well.
 *
 * @param sinceLife how long ago its thread gave a sign of life; more than a second means that it is stuck or closed
 * @param oldestProbe how long ago the least recent of all targets' last probes ended, or for a target that has none, how
 *     long ago it came; zero if nothing is probed
 * @param restartedChecks checks that the watchdog found stuck and restarted, ever
 * @param restartedThreads times that the thread itself was stuck and replaced, ever
 * @param pauses times that this host stood still (garbage collection, starvation, suspension), ever
 * @param longestPause the longest of these
 * @param probes probes that have ended, ever
 * @param waiting targets whose turn it is, and that wait for others' probes to end
 * @param limit how many probes may be under way at once
 */
public record CheckerStatus(
        Duration sinceLife,
        Duration oldestProbe,
        long restartedChecks,
        long restartedThreads,
        long pauses,
        Duration longestPause,
        long probes,
        int waiting,
        int limit) {}
