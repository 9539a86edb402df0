// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HealthCheck;
import java.time.Duration;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class PacingTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    @Property(tries = 100)
    void first_probes_fill_the_interval_evenly(@ForAll long seed, @ForAll @IntRange(min = 1, max = 2000) int targets) {
        Pacing pacing = new Pacing(new SplittableRandom(seed));
        int[] tenths = new int[10];
        for (int i = 0; i < targets; i++) {
            long delay = pacing.firstDelayNanos(INTERVAL);
            assertTrue(delay >= 0 && delay < INTERVAL.toNanos(), () -> "delay " + delay);
            tenths[(int) (delay * 10 / INTERVAL.toNanos())]++;
        }
        for (int count : tenths) {
            assertEquals(targets / 10.0, count, 4, "targets in a tenth of the interval");
        }
    }

    @Property(tries = 100)
    void intervals_vary_by_the_jitter_and_average_to_the_interval(
            @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 1) double jitter) {
        Pacing pacing = new Pacing(new SplittableRandom(seed));
        HealthCheck check = Targets.check(HealthCheck.Kind.TCP, 80, "/", 1, 1, jitter);
        double nominal = check.interval().toNanos();
        double sum = 0;
        for (int i = 0; i < 1000; i++) {
            double interval = pacing.intervalNanos(check);
            assertEquals(nominal, interval, jitter * nominal + 1);
            sum += interval;
        }
        assertEquals(nominal, sum / 1000, 0.1 * jitter * nominal + 1);
    }
}
