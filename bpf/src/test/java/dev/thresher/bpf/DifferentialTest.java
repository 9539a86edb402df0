// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.FlowPlace;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.hashing.FlowHash;
import dev.thresher.hashing.FlowTuple;
import dev.thresher.hashing.SlotHash;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.IpPacket.IpHeader;
import org.pcap4j.packet.IpV4Packet.IpV4Header;

/** The Java twins of the program's hashes predict the real server and the connection table's entry of any packet. */
class DifferentialTest {
    private static final int PACKETS = 100_000;
    private static final int PAIRS = 1 << 16;
    private static final int MEMBERS_OF_A_VIP = 50;

    /** A VIP, whose slots name members at random, and their real servers. */
    private record Target(Service service, IntUnaryOperator memberOfSlot, Map<Integer, InetAddress> reals) {}

    private final Random random = Seeds.random(getClass());
    private final RandomFlows flows = new RandomFlows(random);
    private final ProgramSettings settings = randomSettings();

    private ProgramSettings randomSettings() {
        HashKey key = new HashKey(random.nextLong(), random.nextLong(), random.nextLong() | 1, random.nextLong() | 1);
        return new ProgramSettings(key, TestSettings.SOURCE, PAIRS, TestSettings.TICKS, random.nextInt());
    }

    @Test
    void twins_predict_member_tag_and_bucket() {
        try (LoadedProgram lb = LoadedProgram.load(settings)) {
            List<Target> targets = Stream.of(
                            lb.addVip("203.0.113.10", 80, Frame.TCP),
                            lb.addVip("203.0.113.10", 0, Frame.UDP),
                            lb.addVip("2001:db8:cafe::10", 80, Frame.TCP),
                            lb.addVip("2001:db8:cafe::10", 0, Frame.UDP))
                    .map(service -> target(lb, service))
                    .toList();
            for (int i = 0; i < PACKETS; i++) {
                Target target = targets.get(random.nextInt(targets.size()));
                assertPredicted(lb, target, flows.to(target.service));
            }
        }
    }

    private Target target(LoadedProgram lb, Service service) {
        int[] members = new int[MEMBERS_OF_A_VIP];
        Map<Integer, InetAddress> reals = new HashMap<>();
        for (int i = 0; i < members.length; i++) {
            String real = (i % 2 == 0 ? "fd00:3::" : "10.0.3.") + i;
            members[i] = lb.addMember(service, real);
            reals.put(members[i], Frame.address(real));
        }
        int[] memberOfSlot =
                random.ints(65537, 0, members.length).map(i -> members[i]).toArray();
        lb.setTable(service, slot -> memberOfSlot[slot]);
        return new Target(service, slot -> memberOfSlot[slot], reals);
    }

    private void assertPredicted(LoadedProgram lb, Target target, FlowTuple flow) {
        HashKey key = settings.hashKey();
        long hash = new FlowHash(key.seed0(), key.seed1(), key.multiplier0(), key.multiplier1()).of(flow);
        int member = target.memberOfSlot.applyAsInt(SlotHash.slotOf(flow, settings.maglevSeed()));

        BpfProgram.Output output = lb.run(Frame.of(flow).syn());

        IpHeader outer = Encapsulated.dissect(output.packet()).outer();
        assertEquals(target.reals.get(member), outer.getDstAddr(), () -> "real server of " + flow);
        if (outer instanceof IpV4Header ipv4) {
            assertTrue(ipv4.hasValidChecksum(false), () -> "checksum of " + outer);
        }
        FlowPlace place = FlowPlace.of(hash, PAIRS);
        assertTrue(
                Stream.iterate(0, i -> i + 1)
                        .limit(FlowEntry.PER_PAIR)
                        .map(i -> lb.flows().get(place.entry(i)))
                        .anyMatch(entry -> entry.tag() == FlowEntry.tagOf(hash) && entry.member() == member),
                () -> "no entry of " + flow + " for member " + member + " at " + place);
    }
}
