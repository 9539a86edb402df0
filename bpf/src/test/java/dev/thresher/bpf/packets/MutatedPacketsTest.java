// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.Seeds;
import dev.thresher.bpf.Verdict;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Broken packets of every kind, made of the inputs of the matrix, and noise: the program never contradicts itself, leaves alone what
 * is not for a VIP, and sends nothing that a strict parser rejects.
 */
class MutatedPacketsTest {
    private static final int PACKETS = Integer.getInteger("thresher.mutated-packets", 10_000_000);

    /** One packet of so many is noise. */
    private static final int NOISE = 10;

    /** One thread's part, on programs of its own. */
    private record Part(int packets, SplittableRandom random) {
        Map<Verdict, Long> run() {
            Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
            Mutator mutator = new Mutator(random);
            try (Matrix matrix = new Matrix()) {
                List<Matrix.Run> runs = matrix.runs();
                for (int i = 0; i < packets; i++) {
                    Matrix.Run run = runs.get(random.nextInt(runs.size()));
                    byte[] input = run.packet().input();
                    byte[] frame = random.nextInt(NOISE) == 0 ? mutator.noise(input) : mutator.mutate(input);
                    verdicts.merge(send(run.fleet(), frame), 1L, Long::sum);
                }
                assertEquals(verdicts.getOrDefault(Verdict.PASS, 0L), matrix.count(Counter.PASS), "counted as passed");
                assertEquals(0, matrix.count(Counter.ABORTED), "contradictions");
                assertEquals(verdicts.getOrDefault(Verdict.DROP, 0L), matrix.dropped(), "counted as dropped");
            }
            return verdicts;
        }

        private static Verdict send(Fleet fleet, byte[] frame) {
            BpfProgram.Output output = fleet.program().run(frame);
            Verdict verdict = Verdict.of(output);
            try {
                judge(fleet, frame, verdict, output.packet());
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(verdict + " for " + hex(frame) + " gave " + hex(output.packet()), e);
            }
            return verdict;
        }

        private static void judge(Fleet fleet, byte[] frame, Verdict verdict, byte[] output) {
            switch (verdict) {
                case PASS -> {
                    assertTrue(Arrays.equals(frame, output), "passed, but not as it came");
                    assertTrue(!fleet.mustSend(frame), "was for a VIP");
                }
                case DROP -> assertTrue(fleet.isForVip(frame), "was not for a VIP");
                case TX, REDIRECT -> {
                    NextHop nextHop = fleet.nextHop(frame).orElseThrow(() -> new AssertionError("was not for a VIP"));
                    StrictParser.check(frame, output, verdict, nextHop);
                }
                default -> throw new AssertionError("a verdict that must not be");
            }
        }

        private static String hex(byte[] frame) {
            return HexFormat.of().formatHex(frame);
        }
    }

    @Test
    void program_does_nothing_wrong_with_broken_packets() throws InterruptedException {
        SplittableRandom random = new SplittableRandom(Seeds.random(getClass()).nextLong());
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Map<Verdict, Long>>> parts = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Part part = new Part(PACKETS / threads, random.split());
                parts.add(executor.submit(part::run));
            }
            Map<Verdict, Long> verdicts = new EnumMap<>(Verdict.class);
            for (Future<Map<Verdict, Long>> part : parts) {
                part.get().forEach((verdict, count) -> verdicts.merge(verdict, count, Long::sum));
            }
            System.out.println("verdicts: " + verdicts);
            for (Verdict verdict : List.of(Verdict.PASS, Verdict.TX, Verdict.REDIRECT)) {
                assertTrue(verdicts.getOrDefault(verdict, 0L) > PACKETS / 20, () -> "too one-sided: " + verdicts);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("after a seed that is printed above", e.getCause());
        } finally {
            executor.shutdownNow();
        }
    }
}
