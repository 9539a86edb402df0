// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.hashing.AddressKey;
import dev.thresher.hashing.MaglevTable;
import dev.thresher.hashing.WeightedMember;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One table of {@value MaglevTable#DEFAULT_SIZE} slots, from unsorted members to ids in slots, on one thread. Sampled, because the
 * median of single builds says what one costs even where other programs take the CPU now and then.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MaglevBenchmark {
    /** How a pool's weights are spread. */
    public enum Weights {
        /** All the same. */
        EQUAL,
        /** Random from 1 to 100. */
        MIXED
    }

    /** Members of the pool. */
    @Param({"10", "100", "1000", "5000"})
    public int members;

    /** Their weights. */
    @Param({"EQUAL", "MIXED"})
    public Weights weights = Weights.EQUAL;

    private final MaglevTable maglev = new MaglevTable();
    private final List<WeightedMember> pool = new ArrayList<>();
    private int seed;

    /** Fills the pool. */
    @Setup(Level.Trial)
    public void fillPool() {
        Random random = new Random(members);
        for (int i = 0; i < members; i++) {
            int weight = weights == Weights.EQUAL ? 1 : 1 + random.nextInt(100);
            pool.add(new WeightedMember(i, new AddressKey(0, 0xffff_0a00_0000L + i), weight));
        }
        Collections.shuffle(pool, random);
    }

    /** Every build has another seed, so that no branch is learned by heart. */
    @Benchmark
    public int[] build() {
        return maglev.build(pool, seed++).orElseThrow();
    }
}
