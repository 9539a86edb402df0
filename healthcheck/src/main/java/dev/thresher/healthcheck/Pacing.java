// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HealthCheck;
import java.time.Duration;
import java.util.random.RandomGenerator;

/** Spreads probes over time, so that neither this host nor a real server meets them in bursts. */
final class Pacing {
    /** Steps of the golden ratio fill a circle evenly, however many are taken (Weyl's equidistribution). */
    private static final double GOLDEN_STEP = (Math.sqrt(5) - 1) / 2;

    private final RandomGenerator random;
    private double phase;

    Pacing(RandomGenerator random) {
        this.random = random;
        this.phase = random.nextDouble();
    }

    /** From a target's arrival to its first probe: 0 to the interval, and evenly apart for targets that arrive at once. */
    long firstDelayNanos(Duration interval) {
        phase = (phase + GOLDEN_STEP) % 1;
        return (long) (phase * interval.toNanos());
    }

    /** From one probe to the next: the interval, give or take its jitter. */
    long intervalNanos(HealthCheck check) {
        double factor = 1 + check.jitter() * (2 * random.nextDouble() - 1);
        return (long) (factor * check.interval().toNanos());
    }
}
