// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.VipKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Half the table holds established flows; ten million packets from nowhere, twice, take none of them. */
final class FloodSurvivalTest {
    private static final VipKey WEB = RunningProgram.tcp("203.0.113.10", 80);

    private static final int FLOWS = 1 << 21;
    private static final int ESTABLISHED = FLOWS / 2;
    private static final int FLOOD = 10_000_000;
    private static final int NEWCOMERS = FLOWS / 100;

    /** So many flows that chance alone (0.079 % expected, standard deviation 0.004 %) does not reach the limit. */
    private static final double UNTRACKED_LIMIT = 0.001;

    /** A pair with 8 flows to be expected has 16 in 0.82 % of all cases (Poisson). */
    private static final double NEWCOMERS_LIMIT = 0.012;

    /** Flows of different origin have numbers that are far from each other. */
    private static final long SYNS = 1L << 40;

    private static final long ACKS = 2L << 40;
    private static final long LATER = 3L << 40;

    private static final FlowSettings HALF_AN_HOUR =
            new FlowSettings(FLOWS, Duration.ofMinutes(30), Duration.ofMinutes(30), Duration.ofMinutes(30));

    private final long seed = TestSeed.of(getClass());

    @Test
    void floodsOfSynsAndOfAcks_evictNoFreshConfirmedFlow() throws DatapathException {
        try (RunningProgram program = new RunningProgram("flood-test", HALF_AN_HOUR, new Maglev())) {
            program.vip(WEB, true, "10.0.3.11", "10.0.3.12", "10.0.3.13", "10.0.3.14");
            try (PacketGenerator packets =
                    new PacketGenerator(program.datapath().program(), List.of(WEB), seed, 1)) {
                packets.send(0, 1, ESTABLISHED, TestPacket.SYN, TestPacket.ACK);
                // A flow without an entry is counted by each of its packets.
                assertUntracked(program, 2 * ESTABLISHED, UNTRACKED_LIMIT, 0);
                assertEquals(0, program.counter(Counter.FLOW_EVICTED_UNCONFIRMED));
                long[] established = confirmed(program);

                flood(program, packets, SYNS, TestPacket.SYN);
                assertKept(established, program);
                flood(program, packets, ACKS, TestPacket.ACK);
                assertKept(established, program);
                assertEquals(0, program.counter(Counter.FLOW_EVICTED_IDLE));

                long untracked = program.counter(Counter.FLOW_UNTRACKED);
                packets.send(LATER, 1, NEWCOMERS, TestPacket.SYN, TestPacket.ACK);
                assertUntracked(program, 2 * NEWCOMERS, NEWCOMERS_LIMIT, untracked);
                assertKept(established, program);
            }
        }
    }

    /** Every packet of the flood is in one of the counters or, until there are no more of those, in an empty place. */
    private static void flood(RunningProgram program, PacketGenerator packets, long first, int flags) {
        int free = FLOWS - used(program);
        long evicted = program.counter(Counter.FLOW_EVICTED_UNCONFIRMED);
        long untracked = program.counter(Counter.FLOW_UNTRACKED);
        packets.send(first, 1, FLOOD, flags);
        int filled = free - (FLOWS - used(program));
        evicted = program.counter(Counter.FLOW_EVICTED_UNCONFIRMED) - evicted;
        untracked = program.counter(Counter.FLOW_UNTRACKED) - untracked;
        System.out.printf(
                "%d packets with flags %#x: %d filled an empty place, %d took a stranger's, %d were not recorded%n",
                FLOOD, flags, filled, evicted, untracked);
        long other = FLOOD - filled - evicted - untracked;
        // Two strangers now and then have one tag.
        assertTrue(other >= 0 && other < 100, () -> other + " packets are in no counter");
    }

    private static void assertUntracked(RunningProgram program, int packets, double limit, long before) {
        double share = (double) (program.counter(Counter.FLOW_UNTRACKED) - before) / packets;
        System.out.printf("of %d packets of new flows, %.4f %% left them untracked%n", packets, share * 100);
        assertTrue(share < limit, () -> share + " of the new flows are untracked");
    }

    private static int used(RunningProgram program) {
        int[] used = {0};
        program.datapath().flows().visit(0, FLOWS, (place, entry) -> used[0]++);
        return used[0];
    }

    /** All entries but for when they were seen; 0 for those that are not confirmed. */
    private static long[] confirmed(RunningProgram program) {
        long[] entries = new long[FLOWS];
        program.datapath().flows().visit(0, FLOWS, (place, entry) -> {
            if (FlowEntry.decode(entry).confirmed()) {
                entries[place] = unseen(entry);
            }
        });
        return entries;
    }

    private static void assertKept(long[] established, RunningProgram program) {
        long[] now = confirmed(program);
        int kept = 0;
        for (int place = 0; place < established.length; place++) {
            if (established[place] != 0) {
                assertEquals(established[place], now[place], "the entry at " + place);
                kept++;
            }
        }
        assertTrue(kept > ESTABLISHED * (1 - UNTRACKED_LIMIT), kept + " flows were established");
    }

    private static long unseen(long entry) {
        FlowEntry flow = FlowEntry.decode(entry);
        return new FlowEntry(flow.tag(), flow.member(), 0, flow.confirmed(), flow.shortLived()).encode();
    }
}
