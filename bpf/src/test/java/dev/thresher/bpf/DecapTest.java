// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.Decapsulation.Prefix;
import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pcap4j.packet.IpV4NoOperationOption;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;

/** A real server's program strips the outer headers of packets for its VIPs, and touches nothing else. */
class DecapTest {
    private static final Frame TCP4 =
            Frame.tcp("10.0.1.2:40000", "203.0.113.10:80").payload(20);
    private static final Frame TCP6 =
            Frame.tcp("[fd00:1::2]:40000", "[2001:db8:cafe::10]:80").payload(20);
    private static final int GUE_PORT = 6080;
    private static final Decapsulation DECAPSULATION = new Decapsulation(
            Set.of(Prefix.of(Frame.address("203.0.113.10")), Prefix.of(Frame.address("2001:db8:cafe::10"))), GUE_PORT);
    private static final IpNumber IPV4_INSIDE = IpNumber.getInstance((byte) 4);

    private static BpfObject object;
    private static BpfProgram decap;

    @BeforeAll
    static void load() {
        Privileges.require();
        object = DECAPSULATION.load();
        decap = object.program("decap");
    }

    @AfterAll
    static void close() {
        object.close();
    }

    private static IpV4Packet.Builder outerIpv4(IpNumber protocol, byte[] inner) {
        return new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance((byte) 0))
                .ttl((byte) 64)
                .protocol(protocol)
                .srcAddr((Inet4Address) Frame.address("172.16.9.9"))
                .dstAddr((Inet4Address) Frame.address("10.0.3.11"))
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true)
                .payloadBuilder(new UnknownPacket.Builder().rawData(inner));
    }

    private static IpV6Packet.Builder outerIpv6(IpNumber protocol, byte[] inner) {
        return new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance((byte) 0))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(7))
                .hopLimit((byte) 64)
                .nextHeader(protocol)
                .srcAddr((Inet6Address) Frame.address("100::9"))
                .dstAddr((Inet6Address) Frame.address("fd00:3::11"))
                .correctLengthAtBuild(true)
                .payloadBuilder(new UnknownPacket.Builder().rawData(inner));
    }

    private static byte[] frame(IpV4Packet.Builder packet) {
        return Frame.ethernet(EtherType.IPV4).payloadBuilder(packet).build().getRawData();
    }

    private static byte[] frame(IpV6Packet.Builder packet) {
        return Frame.ethernet(EtherType.IPV6).payloadBuilder(packet).build().getRawData();
    }

    static Stream<Arguments> ways() {
        return Stream.of(
                Arguments.of("IPv4 in IPv4", frame(outerIpv4(IPV4_INSIDE, TCP4.ip())), TCP4),
                Arguments.of("IPv6 in IPv4", frame(outerIpv4(IpNumber.IPV6, TCP6.ip())), TCP6),
                Arguments.of("IPv4 in IPv6", frame(outerIpv6(IPV4_INSIDE, TCP4.ip())), TCP4),
                Arguments.of("IPv6 in IPv6", frame(outerIpv6(IpNumber.IPV6, TCP6.ip())), TCP6),
                Arguments.of("IPv4 options outside", frame(withOptions(outerIpv4(IPV4_INSIDE, TCP4.ip()))), TCP4),
                Arguments.of("IPv4 in GUE in IPv4", frame(outerIpv4(IpNumber.UDP, gue(GUE_PORT, TCP4.ip()))), TCP4),
                Arguments.of("IPv6 in GUE in IPv4", frame(outerIpv4(IpNumber.UDP, gue(GUE_PORT, TCP6.ip()))), TCP6),
                Arguments.of("IPv4 in GUE in IPv6", frame(outerIpv6(IpNumber.UDP, gue(GUE_PORT, TCP4.ip()))), TCP4),
                Arguments.of("IPv6 in GUE in IPv6", frame(outerIpv6(IpNumber.UDP, gue(GUE_PORT, TCP6.ip()))), TCP6));
    }

    /** A UDP header without a checksum, and the packet. */
    private static byte[] gue(int port, byte[] inner) {
        return ByteBuffer.allocate(8 + inner.length)
                .putShort((short) 0xc123)
                .putShort((short) port)
                .putShort((short) (8 + inner.length))
                .putShort((short) 0)
                .put(inner)
                .array();
    }

    private static IpV4Packet.Builder withOptions(IpV4Packet.Builder packet) {
        return packet.options(Collections.nCopies(40, IpV4NoOperationOption.getInstance()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void outer_header_goes(String way, byte[] wrapped, Frame inner) {
        BpfProgram.Output output = decap.testRun(wrapped);
        assertEquals(Verdict.PASS, Verdict.of(output), way);
        assertArrayEquals(inner.bytes(), output.packet(), way);
    }

    /** A tunnel of the host's own, or packets that it forwards, must come through as they are. */
    @ParameterizedTest
    @ValueSource(strings = {"203.0.113.11", "10.0.3.11", "0.0.0.0"})
    void tunnels_to_other_addresses_pass_unchanged(String address) {
        byte[] inner = Frame.tcp("10.0.1.2:40000", address + ":80").ip();
        assertPasses(frame(outerIpv4(IPV4_INSIDE, inner)));
        assertPasses(frame(outerIpv6(IPV4_INSIDE, inner)));
        assertPasses(frame(outerIpv4(IpNumber.UDP, gue(GUE_PORT, inner))));
        assertPasses(frame(outerIpv4(
                IPV4_INSIDE, Frame.tcp("203.0.113.10:80", address + ":80").ip())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"2001:db8:cafe::11", "fd00:3::11", "::203.0.113.10"})
    void ipv6_tunnels_to_other_addresses_pass_unchanged(String address) {
        byte[] inner = Frame.tcp("[fd00:1::2]:40000", "[" + address + "]:80").ip();
        assertPasses(frame(outerIpv6(IpNumber.IPV6, inner)));
        assertPasses(frame(outerIpv4(IpNumber.UDP, gue(GUE_PORT, inner))));
    }

    /** Nobody has such an address on the wire: not even who has the IPv4 address in it. */
    @Test
    void mapped_addresses_are_no_vips() {
        byte[] inner = TCP6.ip();
        System.arraycopy(Addresses.encode(Frame.address("203.0.113.10")), 0, inner, 24, 16);
        assertPasses(frame(outerIpv6(IpNumber.IPV6, inner)));
    }

    @Test
    void prefixes_are_vips_too() {
        Decapsulation prefixes = new Decapsulation(
                Set.of(new Prefix(Frame.address("198.51.100.0"), 24), new Prefix(Frame.address("2001:db8:7::"), 48)),
                0);
        try (BpfObject other = prefixes.load()) {
            BpfProgram program = other.program("decap");
            for (Frame inner : List.of(
                    Frame.tcp("10.0.1.2:1", "198.51.100.255:80"),
                    Frame.tcp("[fd00:1::2]:1", "[2001:db8:7:ff::1]:80"))) {
                IpNumber number = inner.ip()[0] >> 4 == 4 ? IPV4_INSIDE : IpNumber.IPV6;
                BpfProgram.Output output = program.testRun(frame(outerIpv4(number, inner.ip())));
                assertArrayEquals(inner.bytes(), output.packet());
            }
            byte[] outside = frame(outerIpv4(
                    IPV4_INSIDE, Frame.tcp("10.0.1.2:1", "198.51.101.0:80").ip()));
            assertArrayEquals(outside, program.testRun(outside).packet());
            byte[] gue = frame(outerIpv4(
                    IpNumber.UDP,
                    gue(0, Frame.tcp("10.0.1.2:1", "198.51.100.1:80").ip())));
            assertArrayEquals(gue, program.testRun(gue).packet(), "port 0 is no port of GUE");
        }
    }

    @Test
    void udp_to_another_port_passes_unchanged() {
        assertPasses(frame(outerIpv4(IpNumber.UDP, gue(6081, TCP4.ip()))));
    }

    /** GUE variant 0 has a header of its own, which is for the kernel's fou module. */
    @Test
    void gue_with_a_header_passes_unchanged() {
        byte[] variant0 = ByteBuffer.allocate(4 + TCP4.ip().length)
                .putInt(4 << 16)
                .put(TCP4.ip())
                .array();
        assertPasses(frame(outerIpv4(IpNumber.UDP, gue(GUE_PORT, variant0))));
    }

    /** The outer protocol and the inner version have to agree, and the inner packet has to be whole. */
    @Test
    void contradictions_pass_unchanged() {
        assertPasses(frame(outerIpv4(IpNumber.IPV6, TCP4.ip())));
        assertPasses(frame(outerIpv4(IPV4_INSIDE, TCP6.ip())));
        for (int length = 0; length < TCP4.ip().length; length++) {
            byte[] cut = Arrays.copyOf(TCP4.ip(), length);
            assertPasses(frame(outerIpv4(IPV4_INSIDE, cut)));
            assertPasses(frame(outerIpv4(IpNumber.UDP, gue(GUE_PORT, cut))));
        }
        for (int length = 0; length < TCP6.ip().length; length++) {
            assertPasses(frame(outerIpv6(IpNumber.IPV6, Arrays.copyOf(TCP6.ip(), length))));
        }
        byte[] wrongLength = gue(GUE_PORT, TCP4.ip());
        wrongLength[5]--;
        assertPasses(frame(outerIpv4(IpNumber.UDP, wrongLength)));
    }

    @Test
    void tags_are_kept() {
        for (List<Integer> tags : List.of(List.of(7), List.of(7, 8))) {
            Integer[] vlans = tags.toArray(Integer[]::new);
            byte[] inner = Frame.tcp("10.0.1.2:40000", "203.0.113.10:80")
                    .payload(20)
                    .vlan(vlans)
                    .bytes();
            byte[] wrapped = insert(inner, Frame.ETHERNET_HEADER + vlans.length * Frame.VLAN_TAG);
            BpfProgram.Output output = decap.testRun(wrapped);
            assertEquals(Verdict.PASS, Verdict.of(output));
            assertArrayEquals(inner, output.packet());
        }
    }

    /** The frame with an outer IPv4 header at that place. */
    private static byte[] insert(byte[] inner, int at) {
        byte[] packet = Arrays.copyOfRange(inner, at, inner.length);
        byte[] outer = outerIpv4(IPV4_INSIDE, packet).build().getRawData();
        return ByteBuffer.allocate(at + outer.length)
                .put(inner, 0, at)
                .put(outer)
                .array();
    }

    /** Which of ECN's values the inner packet has in the end, by outer and inner: RFC 6040, figure 4; -1: a drop. */
    @ParameterizedTest
    @CsvSource({"0,0,0", "2,2,2", "1,2,2", "3,2,3", "3,1,3", "3,3,3", "3,0,-1"})
    void congestion_marks_come_through(int outer, int inner, int expected) {
        int dscp = 0xb8;
        Frame ipv4 = Frame.tcp("10.0.1.2:40000", "203.0.113.10:80").tos(dscp | inner);
        byte[] in4 = frame(outerIpv4(IPV4_INSIDE, ipv4.ip()).tos(IpV4Rfc791Tos.newInstance((byte) outer)));
        Frame ipv6 = Frame.tcp("[fd00:1::2]:40000", "[2001:db8:cafe::10]:80").tos(dscp | inner);
        byte[] in6 = frame(
                outerIpv6(IpNumber.IPV6, ipv6.ip()).trafficClass(IpV6SimpleTrafficClass.newInstance((byte) outer)));
        if (expected < 0) {
            Map<DecapDrop, Long> before = Decapsulation.drops(object.map("decap_drops"));
            assertEquals(Verdict.DROP, Verdict.of(decap.testRun(in4)));
            assertEquals(Verdict.DROP, Verdict.of(decap.testRun(in6)));
            Map<DecapDrop, Long> after = new EnumMap<>(before);
            after.merge(DecapDrop.CONGESTION, 2L, Long::sum);
            assertEquals(after, Decapsulation.drops(object.map("decap_drops")));
        } else {
            assertArrayEquals(
                    ipv4.tos(dscp | expected).bytes(), decap.testRun(in4).packet());
            assertArrayEquals(
                    ipv6.tos(dscp | expected).bytes(), decap.testRun(in6).packet());
        }
    }

    @Test
    void reasons_of_drops_are_those_of_the_program() {
        Map<String, Integer> reasons = new HashMap<>(Map.of("DECAP_DROP_COUNT", DecapDrop.values().length));
        for (DecapDrop reason : DecapDrop.values()) {
            reasons.put("DECAP_DROP_" + reason.name(), reason.index());
        }
        try (Btf btf = Btf.parse(Path.of("target/classes/dev/thresher/bpf/decap.bpf.o"))) {
            assertEquals(btf.enumeration("decap_drop"), reasons);
        }
    }

    @Test
    void only_one_header_goes() {
        byte[] once = outerIpv4(IPV4_INSIDE, TCP4.ip())
                .dstAddr((Inet4Address) Frame.address("203.0.113.10"))
                .build()
                .getRawData();
        byte[] output = decap.testRun(frame(outerIpv4(IPV4_INSIDE, once))).packet();
        assertArrayEquals(once, Arrays.copyOfRange(output, Frame.ETHERNET_HEADER, output.length));
    }

    private static void assertPasses(byte[] frame) {
        BpfProgram.Output output = decap.testRun(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
    }

    @Test
    void plain_packets_pass_unchanged() {
        assertPasses(TCP4.bytes());
        assertPasses(TCP6.bytes());
        assertPasses(
                Frame.udp("10.0.1.2:40000", "10.0.3.11:53").options(2).padded().bytes());
    }

    @Test
    void fragments_of_wrapped_packets_pass_unchanged() {
        assertPasses(frame(outerIpv4(IPV4_INSIDE, TCP4.ip()).moreFragmentFlag(true)));
        assertPasses(frame(outerIpv4(IPV4_INSIDE, TCP4.ip()).fragmentOffset((short) 3)));
    }

    @Test
    void other_ethernet_types_pass_unchanged() {
        byte[] frame = frame(outerIpv4(IPV4_INSIDE, TCP4.ip()));
        frame[13] = 6;
        assertPasses(frame);
    }

    @Test
    void truncated_outer_headers_pass_unchanged() {
        byte[] ipv4 = frame(outerIpv4(IPV4_INSIDE, TCP4.ip()));
        for (int length = Frame.ETHERNET_HEADER; length < Frame.ETHERNET_HEADER + 20; length++) {
            assertPasses(Arrays.copyOf(ipv4, length));
        }
        byte[] ipv6 = frame(outerIpv6(IpNumber.IPV6, TCP6.ip()));
        for (int length = Frame.ETHERNET_HEADER; length < Frame.ETHERNET_HEADER + 40; length++) {
            assertPasses(Arrays.copyOf(ipv6, length));
        }
    }

    @Test
    void what_the_load_balancer_wraps_is_what_comes_out() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            for (Frame frame : new Frame[] {TCP4, TCP6}) {
                String vip = frame.flow().destination().getHostAddress();
                int member = Serving.add(lb, vip, 80, Frame.TCP, Serving.REAL4, Encapsulation.IPIP);
                assertComesOut(lb, frame);
                Serving.put(lb, member, Encapsulation.gue(GUE_PORT), 0, 0);
                assertComesOut(lb, frame);
            }
        }
    }

    private static void assertComesOut(LoadedProgram lb, Frame frame) {
        byte[] received = decap.testRun(lb.run(frame).packet()).packet();
        byte[] sent = frame.bytes();
        assertArrayEquals(Arrays.copyOfRange(sent, 12, sent.length), Arrays.copyOfRange(received, 12, received.length));
    }
}
