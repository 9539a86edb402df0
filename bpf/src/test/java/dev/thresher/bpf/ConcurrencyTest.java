// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.hashing.FlowTuple;
import dev.thresher.hashing.SlotHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** CPUs that write to the same few buckets at once never make up an entry: each is one flow's, with that flow's member. */
class ConcurrencyTest {
    private static final int THREADS = 2;
    private static final int PACKETS_EACH = 100_000;
    /** Half as many flows as places, so that nothing has to go. */
    private static final int PAIRS = 8;

    private static final int FLOWS = PAIRS * FlowEntry.PER_PAIR / 2;

    private final Random random = Seeds.random(getClass());
    private final RandomFlows flows = new RandomFlows(random);

    @Test
    void entries_are_whole_and_right() throws Exception {
        try (LoadedProgram lb = LoadedProgram.load(TestSettings.withFlowPairs(PAIRS))) {
            Service web = lb.addVip("203.0.113.10", 80, Frame.TCP);
            int[] members = {lb.addMember(web, "10.0.3.11"), lb.addMember(web, "10.0.3.12")};
            lb.setTable(web, members);
            Map<Integer, Integer> memberOfTag = new HashMap<>();
            List<byte[]> frames = new ArrayList<>();
            for (int i = 0; i < FLOWS; i++) {
                FlowTuple flow = flows.to(web);
                int slot = SlotHash.slotOf(flow, TestSettings.MAGLEV_SEED);
                memberOfTag.put(FlowEntry.tagOf(lb.flows().hash(flow)), members[slot % members.length]);
                frames.add(Frame.of(flow).syn().bytes());
                frames.add(Frame.of(flow).ack().bytes());
                // Ends the flow: its next SYN writes the entry anew.
                frames.add(Frame.of(flow).rst().bytes());
            }

            sendFromAllSides(lb, frames);

            assertTrue(lb.flows().all().count() > 0);
            lb.flows().all().forEach(entry -> assertEquals(memberOfTag.get(entry.tag()), entry.member()));
            assertEquals(0, lb.counter(Counter.ABORTED));
            assertEquals(0, lb.counter(Counter.FLOW_REPICKED));
        }
    }

    private void sendFromAllSides(LoadedProgram lb, List<byte[]> frames) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<?>> senders = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                Random order = new Random(random.nextLong());
                // Its own handle: a program's test runs are one thread's.
                BpfProgram program = lb.object().program("lb");
                senders.add(executor.submit(() -> {
                    for (int sent = 0; sent < PACKETS_EACH; sent++) {
                        program.testRun(frames.get(order.nextInt(frames.size())));
                    }
                }));
            }
            for (Future<?> sender : senders) {
                sender.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
