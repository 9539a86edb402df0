// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.hashing.FlowTuple;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Half the table holds established flows; what a flood of packets from nowhere does to them. */
class FloodTest {
    /** So many that chance alone (0.079 % expected, standard deviation 0.004 %) does not reach the limit. */
    private static final int PAIRS = 1 << 17;

    private static final int ESTABLISHED = PAIRS * FlowEntry.PER_PAIR / 2;
    private static final int FLOOD = Integer.getInteger("thresher.flood-packets", 100_000);
    private static final double UNTRACKED_LIMIT = 0.001;

    private final Random random = Seeds.random(getClass());
    private final RandomFlows flows = new RandomFlows(random);

    @Test
    void flood_evicts_no_fresh_confirmed_flow() {
        try (LoadedProgram lb = LoadedProgram.load(TestSettings.withFlowPairs(PAIRS))) {
            Service web = lb.addVip("203.0.113.10", 80, Frame.TCP);
            lb.setTable(web, lb.addMember(web, "10.0.3.11"), lb.addMember(web, "10.0.3.12"));
            establish(lb, web);
            long[] before = confirmed(lb);

            flood(lb, web, Frame::syn);
            flood(lb, web, Frame::ack);

            assertKept(lb, before);
            assertEquals(0, lb.counter(Counter.FLOW_EVICTED_IDLE));
        }
    }

    private void establish(LoadedProgram lb, Service web) {
        for (int i = 0; i < ESTABLISHED; i++) {
            FlowTuple flow = flows.to(web);
            lb.run(Frame.of(flow).syn());
            lb.run(Frame.of(flow).ack());
        }
        // Each flow without an entry is counted by both its packets.
        double untracked = lb.counter(Counter.FLOW_UNTRACKED) / 2.0 / ESTABLISHED;
        System.out.printf("untracked at 50 %% occupancy: %.4f %%%n", untracked * 100);
        assertTrue(untracked < UNTRACKED_LIMIT, () -> untracked + " of the flows are untracked");
        assertEquals(0, lb.counter(Counter.FLOW_EVICTED_UNCONFIRMED));
    }

    private void flood(LoadedProgram lb, Service web, UnaryOperator<Frame> flags) {
        for (int i = 0; i < FLOOD; i++) {
            lb.run(flags.apply(Frame.of(flows.to(web))));
        }
    }

    /** All entries; 0 for those that are not confirmed. */
    private static long[] confirmed(LoadedProgram lb) {
        long[] entries = new long[lb.flows().capacity()];
        for (int i = 0; i < entries.length; i++) {
            entries[i] = lb.flows().get(i).confirmed() ? lb.flows().raw(i) : 0;
        }
        return entries;
    }

    private static void assertKept(LoadedProgram lb, long[] before) {
        for (int i = 0; i < before.length; i++) {
            if (before[i] != 0) {
                assertEquals(FlowEntry.decode(before[i]), lb.flows().get(i), "entry " + i);
            }
        }
    }
}
