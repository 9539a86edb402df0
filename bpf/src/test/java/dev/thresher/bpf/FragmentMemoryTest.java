// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.FragmentTest.Family;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MapNames;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the program remembers of first fragments: one entry a packet, for half a minute, of one address. */
class FragmentMemoryTest {
    private static final int PORT = 53;
    private static final int PIECE = 64;
    private static final int FIRST = 0;
    private static final int LATER = 1;

    private LoadedProgram lb;
    private MappedFlows remembered;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        remembered = new MappedFlows(lb.object().map(MapNames.FRAGMENTS).map(), lb.settings());
    }

    @AfterEach
    void close() {
        remembered.close();
        lb.close();
    }

    private Service vip(Family family, int port, int reals) {
        Service service = lb.addVip(family.vip(), port, Frame.UDP);
        lb.setTable(
                service,
                IntStream.range(0, reals)
                        .map(i -> lb.addMember(service, "10.0.3." + i))
                        .toArray());
        return service;
    }

    private InetAddress realOf(byte[] frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.TX, Verdict.of(output));
        return Encapsulated.dissect(output.packet()).outer().getDstAddr();
    }

    private void assertDropped(byte[] frame) {
        assertEquals(Verdict.DROP, Verdict.of(lb.run(frame)));
        assertEquals(1, lb.counter(Counter.DROP_FRAGMENT));
    }

    /** The place of the only entry. */
    private int place() {
        int[] taken = IntStream.range(0, remembered.capacity())
                .filter(place -> remembered.raw(place) != 0)
                .toArray();
        assertEquals(1, taken.length, "entries");
        return taken[0];
    }

    private void forget(int place) {
        remembered.put(place, new FlowEntry(0, 0, 0, false, false));
    }

    /** The entry of the packet before is where a search comes by first, and the place that the hash names is free. */
    @ParameterizedTest
    @EnumSource
    void packet_that_uses_an_identification_again_replaces_the_entry(Family family) {
        vip(family, PORT, 50);
        InetAddress before = realOf(family.udp(1, PORT).bytes());
        int id = 0;
        do {
            remembered.clear();
            realOf(family.udp(1, PORT).identification(++id).cut(PIECE).get(FIRST));
        } while (place() % FlowEntry.PER_PAIR == 0);
        FlowEntry entry = remembered.get(place());
        int first = place() - place() % FlowEntry.PER_PAIR;
        forget(place());
        remembered.put(first, entry);

        int client = IntStream.range(2, 100)
                .filter(port -> !realOf(family.udp(port, PORT).bytes()).equals(before))
                .findFirst()
                .orElseThrow();
        List<byte[]> next = family.udp(client, PORT).identification(id).cut(PIECE);
        InetAddress real = realOf(next.get(FIRST));

        assertEquals(first, place());
        assertEquals(real, realOf(next.get(LATER)));
    }

    @ParameterizedTest
    @EnumSource
    void first_fragment_is_forgotten_after_thirty_ticks(Family family) {
        vip(family, PORT, 1);
        List<byte[]> pieces = family.udp(1, PORT).cut(PIECE);
        realOf(pieces.get(FIRST));
        age(30);
        realOf(pieces.get(LATER));
        age(31);
        assertDropped(pieces.get(LATER));
    }

    private void age(int ticks) {
        FlowEntry entry = remembered.get(place());
        remembered.put(
                place(), new FlowEntry(entry.tag(), entry.member(), lb.flows().aged(ticks), true, false));
    }

    /** Two packets may have one tag. */
    @ParameterizedTest
    @EnumSource
    void entry_of_another_address_is_not_followed(Family family) {
        vip(family, PORT, 1);
        Service other = lb.addVip(family.otherVip(), PORT, Frame.UDP);
        int stranger = lb.addMember(other, "10.0.3.99");
        List<byte[]> pieces = family.udp(1, PORT).cut(PIECE);
        realOf(pieces.get(FIRST));
        FlowEntry entry = remembered.get(place());
        remembered.put(place(), new FlowEntry(entry.tag(), stranger, entry.seen(), true, false));
        assertDropped(pieces.get(LATER));
        assertEquals(0, lb.stats(stranger).packets());
    }
}
