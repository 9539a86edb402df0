// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProbeCounter;
import dev.thresher.bpf.layout.ProbeMark;
import dev.thresher.bpf.layout.VipMatch;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A probe's packet leaves wrapped for the real server that its mark names, or not at all. */
class ProbeProgramTest {
    private static final int OK = 0;
    private static final int SHOT = 2;
    private static final int REDIRECT = 7;
    private static final int UNSPECIFIED = -1;

    private static final MacAddress NEXT_HOP = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:02");
    private static final int MARK = ProbeMark.of(5);
    private static final int LOOPBACK = 1;
    private static final int ELSEWHERE = 4711;

    private ProbeProgram probe;

    @BeforeEach
    void open() {
        Privileges.require();
        probe = ProbeProgram.open(TestSettings.DEFAULT, 64);
    }

    @AfterEach
    void close() {
        probe.close();
    }

    @ParameterizedTest(name = "VIP {0}, real server {1}")
    @CsvSource({
        "203.0.113.10, 10.0.3.11",
        "203.0.113.10, fd00:3::11",
        "2001:db8:cafe::10, 10.0.3.11",
        "2001:db8:cafe::10, fd00:3::11"
    })
    void a_packet_is_wrapped_for_the_real_server_of_its_mark(String vip, String real) {
        probe.put(MARK, route(vip, real, LOOPBACK));
        Frame frame = frame(vip).payload(100);

        BpfProgram.Output output = run(frame, MARK);

        assertEquals(OK, output.verdict());
        Encapsulated packet = Encapsulated.dissect(output.packet());
        assertEquals(Frame.address(real), packet.outer().getDstAddr());
        assertArrayEquals(frame.ip(), packet.inner());
        assertEquals(NEXT_HOP.toString(), packet.ethernet().getDstAddr().toString());
        assertEquals(OWN.toString(), packet.ethernet().getSrcAddr().toString());
        assertEquals(0, packet.padding().length);
        if (!(Frame.address(real) instanceof Inet6Address)) {
            assertTrue(packet.outerIpv4().hasValidChecksum(false), "outer checksum");
        }
        assertEquals(1, probe.sent(MARK));
    }

    @Test
    void the_outer_source_is_from_the_prefix_that_clients_packets_have() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", LOOPBACK));
        String source = Encapsulated.dissect(run(frame("203.0.113.10"), MARK).packet())
                .outer()
                .getSrcAddr()
                .getHostAddress();
        assertTrue(source.startsWith("172.16."), source);
    }

    @Test
    void without_an_outer_header_only_the_ethernet_addresses_change() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", LOOPBACK, MemberRecord.Encapsulation.L2));
        Frame frame = frame("203.0.113.10").payload(100);

        BpfProgram.Output output = run(frame, MARK);

        assertEquals(OK, output.verdict());
        byte[] expected = frame.bytes();
        System.arraycopy(NEXT_HOP.bytes(), 0, expected, 0, 6);
        System.arraycopy(OWN.bytes(), 0, expected, 6, 6);
        assertArrayEquals(expected, output.packet());
        assertEquals(1, probe.sent(MARK));
    }

    @Test
    void a_packet_for_another_interface_is_redirected() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", ELSEWHERE));
        assertEquals(REDIRECT, run(frame("203.0.113.10"), MARK).verdict());
        assertEquals(1, probe.sent(MARK));
    }

    @Test
    void a_mark_without_a_route_sends_nothing() {
        assertEquals(SHOT, run(frame("203.0.113.10"), MARK).verdict());
        assertEquals(1, probe.counters().get(ProbeCounter.NO_ROUTE));
        assertEquals(0, probe.sent(MARK));
    }

    @Test
    void a_mark_whose_route_was_removed_sends_nothing() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", LOOPBACK));
        probe.remove(MARK);
        assertEquals(SHOT, run(frame("203.0.113.10"), MARK).verdict());
    }

    @Test
    void a_packet_to_another_address_than_the_vip_of_its_mark_is_not_sent() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", LOOPBACK));
        assertEquals(SHOT, run(frame("203.0.113.11"), MARK).verdict());
        assertEquals(1, probe.counters().get(ProbeCounter.WRONG_VIP));
        assertEquals(0, probe.sent(MARK));
    }

    @Test
    void packets_without_a_probes_mark_are_nothing_to_it() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", LOOPBACK));
        for (int mark : new int[] {0, 5, MARK ^ 0x100000, MARK ^ 0x80000000}) {
            Frame frame = frame("203.0.113.10");
            BpfProgram.Output output = run(frame, mark);
            assertEquals(UNSPECIFIED, output.verdict());
            assertArrayEquals(frame.bytes(), output.packet());
        }
        probe.counters().forEach((counter, count) -> assertEquals(0, count, counter.name()));
    }

    @Test
    void marks_are_counted_apart() {
        probe.put(MARK, route("203.0.113.10", "10.0.3.11", LOOPBACK));
        probe.put(ProbeMark.of(63), route("203.0.113.10", "10.0.3.12", LOOPBACK));
        run(frame("203.0.113.10"), MARK);
        run(frame("203.0.113.10"), ProbeMark.of(63));
        run(frame("203.0.113.10"), ProbeMark.of(63));
        assertEquals(1, probe.sent(MARK));
        assertEquals(2, probe.sent(ProbeMark.of(63)));
        assertEquals(3, probe.counters().get(ProbeCounter.SENT));
    }

    @Test
    void it_attaches_as_a_link() {
        try (VethPair veth = VethPair.create();
                TcEgress attached = probe.attach(veth.index())) {
            assertTrue(attached.isAttached());
            veth.delete();
            assertFalse(attached.isAttached());
        }
    }

    @Test
    void it_attaches_as_a_filter_and_takes_the_place_of_its_predecessor() {
        try (VethPair veth = VethPair.create();
                TcEgress first = probe.attachFilter(veth.index());
                ProbeProgram other = ProbeProgram.open(TestSettings.DEFAULT, 64)) {
            assertTrue(first.isAttached());
            TcEgress second = other.attachFilter(veth.index());
            assertTrue(second.isAttached());
            assertFalse(first.isAttached());
            second.close();
            assertFalse(second.isAttached());
        }
    }

    private static MarkRoute route(String vip, String real, int ifindex) {
        return route(vip, real, ifindex, MemberRecord.Encapsulation.IPIP);
    }

    private static MarkRoute route(String vip, String real, int ifindex, MemberRecord.Encapsulation encapsulation) {
        MemberRecord member = new MemberRecord(
                new VipMatch(Frame.address(vip), 80, Frame.TCP),
                MemberState.DOWN,
                Frame.address(real),
                new MemberRecord.NextHop(NEXT_HOP, OWN),
                encapsulation,
                0,
                false);
        return new MarkRoute(member, ifindex);
    }

    private static Frame frame(String vip) {
        InetAddress address = Frame.address(vip);
        return address instanceof Inet6Address
                ? Frame.tcp("[fd00:2::2]:40000", "[" + vip + "]:80").syn()
                : Frame.tcp("10.0.2.2:40000", vip + ":80").syn();
    }

    private BpfProgram.Output run(Frame frame, int mark) {
        // struct __sk_buff: len, pkt_type, mark.
        byte[] context = ByteBuffer.allocate(12)
                .order(ByteOrder.nativeOrder())
                .putInt(8, mark)
                .array();
        return probe.program().testRun(frame.bytes(), context);
    }
}
