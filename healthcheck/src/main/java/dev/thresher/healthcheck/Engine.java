// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.random.RandomGenerator;

/**
 * What the monitors of all targets share: the thread, and what runs on it. A thread that is stuck is replaced with all of
 * this.
 *
 * @param gate bounds how many probes are under way
 */
record Engine(
        ProbeLoop loop,
        Probe probe,
        ProbeRoutes routes,
        Pacing pacing,
        PauseDetector pauses,
        HealthListener listener,
        ProbeGate gate) {
    /** @param gate a new one */
    static Engine of(
            ProbeLoop loop,
            Probe probe,
            ProbeRoutes routes,
            ProbeGate gate,
            RandomGenerator random,
            HealthListener listener) {
        long now = loop.nanoTime();
        PauseDetector pauses = new PauseDetector(now, loop.wallMillis());
        return new Engine(loop, probe, routes, new Pacing(random, now), pauses, listener, gate);
    }

    /** The time; asking for it is a sign of life. */
    long observedNanos() {
        long now = loop.nanoTime();
        pauses.observe(now, loop.wallMillis());
        return now;
    }
}
