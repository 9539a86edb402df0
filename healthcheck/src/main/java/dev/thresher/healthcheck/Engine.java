// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * What the monitors of all targets share: the thread, and what runs on it. A thread that is stuck is replaced with all of
 * this.
 *
 * @param probes counts those that have ended
 */
record Engine(
        ProbeLoop loop,
        Probe probe,
        ProbeRoutes routes,
        Pacing pacing,
        PauseDetector pauses,
        HealthListener listener,
        AtomicLong probes) {
    static Engine of(ProbeLoop loop, Probe probe, ProbeRoutes routes, RandomGenerator random, HealthListener listener) {
        long now = loop.nanoTime();
        PauseDetector pauses = new PauseDetector(now, loop.wallMillis());
        return new Engine(loop, probe, routes, new Pacing(random, now), pauses, listener, new AtomicLong());
    }

    /** The time; asking for it is a sign of life. */
    long observedNanos() {
        long now = loop.nanoTime();
        pauses.observe(now, loop.wallMillis());
        return now;
    }
}
