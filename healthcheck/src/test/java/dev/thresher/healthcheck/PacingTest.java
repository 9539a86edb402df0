// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.ProbeKind;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class PacingTest {
    private static final double INTERVAL = Targets.INTERVAL.toNanos();

    @Property(tries = 200)
    void turns_follow_one_another_whatever_the_jitter(
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 0.9) double jitter,
            @ForAll @IntRange(max = 65_535) int number) {
        Target target = Targets.target(number, Targets.check(new ProbeKind.Tcp(80), 1, 1, jitter));
        Pacing pacing = new Pacing(new SplittableRandom(seed), seed / 4);
        long first = next(pacing, target, seed / 4);
        long last = first;
        for (int i = 1; i <= 100; i++) {
            long next = next(pacing, target, last);
            assertEquals(INTERVAL, (double) (next - last), jitter * INTERVAL + 2, "distance of two probes");
            assertEquals(i * INTERVAL, (double) (next - first), jitter * INTERVAL + 2, "distance from the first");
            last = next;
        }
    }

    @Property(tries = 200)
    void from_anywhere_the_next_turn_is_within_an_interval_and_its_jitter(
            @ForAll long seed, @ForAll @DoubleRange(min = 0, max = 0.5) double jitter) {
        Target target = Targets.target(1, Targets.check(new ProbeKind.Tcp(80), 1, 1, jitter));
        Pacing pacing = new Pacing(new SplittableRandom(seed), 0);
        long started = seed / 4;
        long next = next(pacing, target, started);
        assertTrue(next - started > -1 && next - started <= (1 + jitter) * INTERVAL + 2, () -> next - started + " ns");
    }

    private static long next(Pacing pacing, Target target, long startedNanos) {
        return pacing.nextTurnNanos(target.check().timing(), Pacing.phase(target), startedNanos);
    }

    @Example
    void phases_fill_the_interval_evenly() {
        int targets = 10_000;
        int[] tenths = new int[10];
        for (int i = 0; i < targets; i++) {
            tenths[(int) (10 * Pacing.phase(Targets.target(i, Targets.tcp())))]++;
        }
        for (int count : tenths) {
            assertEquals(targets / 10.0, count, 100, "targets in a tenth of the interval");
        }
    }

    @Example
    void a_phase_depends_on_nothing_but_the_target() {
        assertEquals(0.5, Pacing.phase(Targets.target(1, Targets.tcp())), 0.5);
        assertEquals(Pacing.phase(Targets.target(1, Targets.tcp())), Pacing.phase(Targets.target(1, Targets.tcp())), 0);
    }
}
