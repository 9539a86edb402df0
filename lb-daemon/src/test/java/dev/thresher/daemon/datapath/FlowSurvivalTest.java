// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.VipKey;
import dev.thresher.hashing.FlowHash;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * 10,000 random changes against 100,000 live flows: the reconciler writes the maps, and packets of the flows go through
 * the program. For the second half of the changes there is also traffic of all flows at the very time of the change.
 *
 * <p>Some changes are reconciled alone and some together, as when several reals go down at once. After each pass every
 * flow of every VIP that was changed sends a packet, and where it went is compared with where it went before; after every
 * {@value #PASSES_PER_REVIEW} passes, and at the end, every flow there is.
 */
final class FlowSurvivalTest {
    private static final List<VipKey> VIPS = List.of(
            RunningProgram.tcp("203.0.113.10", 80),
            RunningProgram.tcp("203.0.113.10", 443),
            RunningProgram.tcp("203.0.113.11", 80),
            RunningProgram.tcp("203.0.113.12", 25),
            RunningProgram.tcp("203.0.113.13", 22),
            RunningProgram.udp("203.0.113.10", 53),
            RunningProgram.udp("203.0.113.14", 443),
            RunningProgram.tcp("2001:db8:cafe::10", 80),
            RunningProgram.tcp("2001:db8:cafe::11", 443),
            RunningProgram.udp("2001:db8:cafe::10", 53));

    private static final int FLOWS = 100_000;
    private static final int FLOWS_PER_VIP = FLOWS / VIPS.size();
    private static final int CHANGES = 10_000;
    private static final int MOST_AT_ONCE = 24;
    private static final int PASSES_PER_REVIEW = 25;

    private final long seed = TestSeed.of(getClass());
    private final Random random = new Random(seed);
    private final RandomFleet fleet = new RandomFleet(VIPS, random);

    /** The real of each flow; 0 if it has none. */
    private final int[] reals = new int[FLOWS];

    private final Set<Integer> lookalikes = new HashSet<>();
    private int passes;
    private long packets;
    private long stayed;
    private long stayedByTheTableAlone;
    private long moved;
    private long followedASecondEntry;

    @Test
    void noFlowMoves_whoseRealIsStillInService() throws Exception {
        try (RunningProgram program = new RunningProgram("survival-test", FlowSettings.DEFAULT, new Maglev());
                PacketGenerator probe = generator(program);
                PacketGenerator traffic = generator(program)) {
            findLookalikes(program, probe);
            program.apply(fleet.desired());
            review(probe);
            review(probe);
            change(program, probe);
            assertEquals(0, followedASecondEntry);
            changeInTraffic(program, probe, traffic);
            report();
            assertEquals(0, program.counter(Counter.FLOW_EVICTED_IDLE));
            assertEquals(0, program.counter(Counter.FLOW_EVICTED_UNCONFIRMED));
            assertEquals(0, program.counter(Counter.ABORTED));
        }
    }

    private PacketGenerator generator(RunningProgram program) {
        return new PacketGenerator(program.datapath().program(), VIPS, seed, FLOWS);
    }

    private void changeInTraffic(RunningProgram program, PacketGenerator probe, PacketGenerator traffic) {
        AtomicBoolean over = new AtomicBoolean();
        CompletableFuture<Void> running = CompletableFuture.runAsync(() -> {
            while (!over.get()) {
                traffic.send(0, 1, FLOWS, TestPacket.ACK);
            }
        });
        try {
            change(program, probe);
        } finally {
            over.set(true);
            running.join();
        }
    }

    /** Half of all changes. */
    private void change(RunningProgram program, PacketGenerator probe) {
        for (int changes = 0; changes < CHANGES / 2; passes++) {
            int atOnce = Math.min(1 + random.nextInt(MOST_AT_ONCE), CHANGES / 2 - changes);
            Set<VipKey> changed = new HashSet<>();
            for (int i = 0; i < atOnce; i++) {
                changed.add(fleet.change());
            }
            changes += atOnce;
            program.apply(fleet.desired());
            changed.forEach(vip -> review(probe, VIPS.indexOf(vip)));
            if (passes % PASSES_PER_REVIEW == 0) {
                review(probe);
            }
        }
        review(probe);
    }

    private void review(PacketGenerator probe) {
        for (int vip = 0; vip < VIPS.size(); vip++) {
            review(probe, vip);
        }
    }

    /** Flows take turns with the VIPs, so those of one VIP have numbers that are a fixed distance from each other. */
    private void review(PacketGenerator probe, int vip) {
        probe.send(vip, VIPS.size(), FLOWS_PER_VIP, TestPacket.ACK);
        packets += FLOWS_PER_VIP;
        for (int flow = vip; flow < FLOWS; flow += VIPS.size()) {
            int real = probe.destination(flow);
            if (!lookalikes.contains(flow)) {
                compare(probe, flow, VIPS.get(vip), real);
            }
            // A flow that has nowhere to go waits for its real, which may come back, unless that is removed.
            if (real != 0 || fleet.member(VIPS.get(vip), reals[flow]) == null) {
                reals[flow] = real;
            }
        }
    }

    private void compare(PacketGenerator probe, int flow, VipKey vip, int real) {
        int before = reals[flow];
        if (before != 0 && fleet.serves(vip, before)) {
            assertEquals(before, real, () -> "moved from a real in service: " + describe(probe, flow, before, real));
            stayed++;
            if (!fleet.takesNewFlows(vip, real)) {
                stayedByTheTableAlone++;
            }
            return;
        }
        if (real == 0) {
            assertTrue(!fleet.takesNewFlows(vip), () -> "dropped: " + describe(probe, flow, before, real));
            return;
        }
        assertTrue(fleet.serves(vip, real), () -> "a real out of service: " + describe(probe, flow, before, real));
        moved++;
        if (!fleet.takesNewFlows(vip, real)) {
            // Two processors that record a flow at once may do it twice. It comes to the second entry, which nobody
            // kept up to date, when the first is purged.
            followedASecondEntry++;
        }
    }

    private String describe(PacketGenerator probe, int flow, int before, int real) {
        return "seed " + seed + ", pass " + passes + ", flow " + flow + ", " + probe.flow(flow) + ": from "
                + Integer.toHexString(before) + " to " + Integer.toHexString(real) + ", now "
                + fleet.member(VIPS.get(flow % VIPS.size()), before) + " and "
                + fleet.member(VIPS.get(flow % VIPS.size()), real);
    }

    /** Two flows of one tag in one pair of buckets are one flow to the program; there is a pair in 4,000 runs. */
    private void findLookalikes(RunningProgram program, PacketGenerator probe) {
        ProgramSettings settings = program.datapath().settings();
        HashKey key = settings.hashKey();
        FlowHash hash = new FlowHash(key.seed0(), key.seed1(), key.multiplier0(), key.multiplier1());
        Set<List<Integer>> seen = new HashSet<>();
        for (int flow = 0; flow < FLOWS; flow++) {
            long hashed = hash.of(probe.flow(flow));
            int pair = FlowPlace.of(hashed, settings.flowPairs()).pair();
            if (!seen.add(List.of(pair, FlowEntry.tagOf(hashed)))) {
                lookalikes.add(flow);
            }
        }
    }

    private void report() {
        System.out.printf(
                "%d changes in %d passes; %d packets reviewed: %d stayed, of them %d with a real that gets no new flows;"
                        + " %d went to another real after theirs, of them %d by a second entry%n",
                CHANGES, passes, packets, stayed, stayedByTheTableAlone, moved, followedASecondEntry);
        assertTrue(stayedByTheTableAlone > FLOWS && moved > FLOWS, "the changes were too tame to show anything");
        assertTrue(followedASecondEntry < moved / 1_000, "flows are recorded twice too often");
    }
}
