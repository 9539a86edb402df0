// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static dev.thresher.bpf.Verdict.TX;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import dev.thresher.bpf.LoadedProgram.MemberStats;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.MemberRecord;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcap4j.packet.EthernetPacket.EthernetHeader;
import org.pcap4j.packet.IpV4Packet.IpV4Header;
import org.pcap4j.packet.IpV6Packet.IpV6Header;
import org.pcap4j.packet.namednumber.EtherType;

/** A packet for a VIP leaves with an outer header to its real server, and is otherwise as it came. */
class EncapsulationTest {
    private static final String VIP4 = "203.0.113.10";
    private static final String VIP6 = "2001:db8:cafe::10";
    private static final String REAL4 = "10.0.3.11";
    private static final String REAL6 = "fd00:3::11";
    private static final int TOS = 0xb9;

    private static LoadedProgram lb;

    @BeforeAll
    static void load() {
        lb = LoadedProgram.load();
    }

    @AfterAll
    static void close() {
        lb.close();
    }

    /** A port of a VIP for each way to wrap, and a client of its family. */
    record Way(String vip, String real, int protocol, int port) {
        Frame frame() {
            String client = ipv6(vip) ? "[fd00:1::2]:40000" : "10.0.1.2:40000";
            String to = ipv6(vip) ? "[" + vip + "]:" + port : vip + ":" + port;
            return protocol == Frame.TCP ? Frame.tcp(client, to).ack() : Frame.udp(client, to);
        }

        @Override
        public String toString() {
            return (protocol == Frame.TCP ? "TCP" : "UDP") + ", " + family(vip) + " in " + family(real);
        }

        private static String family(String address) {
            return ipv6(address) ? "IPv6" : "IPv4";
        }

        private static boolean ipv6(String address) {
            return address.indexOf(':') >= 0;
        }
    }

    static Stream<Way> ways() {
        return Stream.of(Frame.TCP, Frame.UDP)
                .flatMap(protocol -> Stream.of(VIP4, VIP6)
                        .flatMap(vip ->
                                Stream.of(new Way(vip, REAL4, protocol, 84), new Way(vip, REAL6, protocol, 86))));
    }

    /** One VIP a way, made when first asked for. */
    private static int memberOf(Way way) {
        Service service = lb.addVip(way.vip, way.port, way.protocol);
        int member = lb.addMember(service, way.real);
        lb.setTable(service, member);
        return member;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void packet_for_a_vip_is_wrapped(Way way) {
        int member = memberOf(way);
        Frame frame = way.frame().payload(100).tos(TOS);

        BpfProgram.Output output = lb.run(frame);

        assertEquals(TX, Verdict.of(output));
        Encapsulated sent = Encapsulated.dissect(output.packet());
        assertArrayEquals(frame.ip(), sent.inner(), "the client's packet");
        assertEquals(0, sent.padding().length);
        assertEthernet(sent.ethernet(), Way.ipv6(way.real) ? EtherType.IPV6 : EtherType.IPV4);
        int innerProtocol = Way.ipv6(way.vip) ? 41 : 4;
        if (Way.ipv6(way.real)) {
            assertOuterIpv6(sent.outerIpv6(), innerProtocol, frame.ip().length);
        } else {
            assertOuterIpv4(sent.outerIpv4(), innerProtocol, frame.ip().length);
        }
        assertEquals(new MemberStats(1, frame.ip().length, 1), lb.stats(member));
    }

    private static void assertEthernet(EthernetHeader header, EtherType type) {
        assertEquals(LoadedProgram.NEXT_HOP.toString(), header.getDstAddr().toString());
        assertEquals(LoadedProgram.OWN.toString(), header.getSrcAddr().toString());
        assertEquals(type, header.getType());
    }

    private static void assertOuterIpv4(IpV4Header header, int innerProtocol, int innerLength) {
        assertEquals(5, header.getIhl());
        assertEquals((byte) TOS, header.getTos().value());
        assertEquals(20 + innerLength, header.getTotalLengthAsInt());
        assertEquals(0, header.getIdentification());
        assertFalse(header.getReservedFlag());
        assertFalse(header.getDontFragmentFlag());
        assertFalse(header.getMoreFragmentFlag());
        assertEquals(0, header.getFragmentOffset());
        assertEquals(64, header.getTtlAsInt());
        assertEquals(innerProtocol, header.getProtocol().value() & 0xff);
        assertTrue(header.hasValidChecksum(false), "checksum of " + header);
        assertTrue(header.getSrcAddr().getHostAddress().startsWith("172.16."), () -> "source of " + header);
        assertEquals(Frame.address(REAL4), header.getDstAddr());
    }

    private static void assertOuterIpv6(IpV6Header header, int innerProtocol, int innerLength) {
        assertEquals((byte) TOS, header.getTrafficClass().value());
        assertEquals(innerLength, header.getPayloadLengthAsInt());
        assertEquals(innerProtocol, header.getNextHeader().value() & 0xff);
        assertEquals(64, header.getHopLimitAsInt());
        assertTrue(header.getSrcAddr().getHostAddress().startsWith("100:0:0:0:"), () -> "source of " + header);
        assertEquals(Frame.address(REAL6), header.getDstAddr());
    }

    @Test
    void all_packets_of_a_flow_have_the_same_outer_source() {
        Way way = new Way(VIP4, REAL4, Frame.TCP, 1084);
        memberOf(way);
        Frame first = way.frame();
        Frame later = way.frame().fin().payload(10);
        assertEquals(
                Encapsulated.dissect(lb.run(first).packet()).outerIpv4().getSrcAddr(),
                Encapsulated.dissect(lb.run(later).packet()).outerIpv4().getSrcAddr());
    }

    @Test
    void flows_differ_in_outer_source_and_flow_label() {
        memberOf(new Way(VIP4, REAL4, Frame.UDP, 2084));
        memberOf(new Way(VIP4, REAL6, Frame.UDP, 2086));
        Set<Object> ipv4Sources = new HashSet<>();
        Set<Object> ipv6Sources = new HashSet<>();
        Set<Object> labels = new HashSet<>();
        int flows = 256;
        for (int port = 1; port <= flows; port++) {
            byte[] inIpv4 =
                    lb.run(Frame.udp("10.0.1.2:" + port, VIP4 + ":2084")).packet();
            byte[] inIpv6 =
                    lb.run(Frame.udp("10.0.1.2:" + port, VIP4 + ":2086")).packet();
            ipv4Sources.add(Encapsulated.dissect(inIpv4).outerIpv4().getSrcAddr());
            ipv6Sources.add(Encapsulated.dissect(inIpv6).outerIpv6().getSrcAddr());
            labels.add(Encapsulated.dissect(inIpv6).outerIpv6().getFlowLabel());
        }
        assertTrue(ipv4Sources.size() > flows - 10, () -> ipv4Sources.size() + " IPv4 sources");
        assertTrue(labels.size() > flows - 10, () -> labels.size() + " flow labels");
        assertEquals(flows, ipv6Sources.size());
    }

    @Test
    void ethernet_padding_is_no_part_of_the_inner_packet() {
        Way way = new Way(VIP4, REAL6, Frame.TCP, 3084);
        int member = memberOf(way);
        Frame bare = way.frame();
        byte[] padded = way.frame().padded().bytes();
        assertEquals(60, padded.length);

        Encapsulated sent = Encapsulated.dissect(lb.run(padded).packet());

        assertArrayEquals(bare.ip(), sent.inner());
        assertEquals(40, sent.outerIpv6().getPayloadLengthAsInt());
        assertEquals(40, lb.stats(member).bytes());
    }

    @Test
    void ipv4_options_stay_with_the_inner_packet() {
        Way way = new Way(VIP4, REAL4, Frame.TCP, 4084);
        int member = memberOf(way);
        for (int words = 1; words <= 10; words++) {
            Frame frame = way.frame().options(words).payload(3);
            BpfProgram.Output output = lb.run(frame);
            assertEquals(TX, Verdict.of(output), words + " words of options");
            assertArrayEquals(frame.ip(), Encapsulated.dissect(output.packet()).inner());
        }
        assertEquals(1, lb.stats(member).newFlows(), "options do not make another flow");
    }

    @Test
    void longest_frame_of_a_plain_ethernet_is_wrapped() {
        Way way = new Way(VIP6, REAL6, Frame.UDP, 5086);
        memberOf(way);
        Frame frame = way.frame().payload(1500 - 48);
        Encapsulated sent = Encapsulated.dissect(lb.run(frame).packet());
        assertEquals(1500, sent.outerIpv6().getPayloadLengthAsInt());
    }

    @Test
    void vip_of_any_port_takes_packets_to_all_ports() {
        Service any = lb.addVip("203.0.113.99", 0, Frame.TCP);
        int member = lb.addMember(any, REAL4);
        lb.setTable(any, member);
        for (int port : new int[] {1, 80, 65535}) {
            Frame frame = Frame.tcp("10.0.1.2:40000", "203.0.113.99:" + port);
            assertEquals(TX, Verdict.of(lb.run(frame.syn())));
            assertEquals(TX, Verdict.of(lb.run(frame.ack())));
        }
        assertEquals(3, lb.stats(member).newFlows());
    }

    @Test
    void vip_of_one_port_comes_before_the_one_of_any_port() {
        Service any = lb.addVip("203.0.113.98", 0, Frame.TCP);
        Service one = lb.addVip("203.0.113.98", 443, Frame.TCP);
        int other = lb.addMember(any, REAL4);
        int wanted = lb.addMember(one, REAL4);
        lb.setTable(any, other);
        lb.setTable(one, wanted);
        lb.run(Frame.tcp("10.0.1.2:40000", "203.0.113.98:443").syn());
        assertEquals(1, lb.stats(wanted).packets());
        assertEquals(0, lb.stats(other).packets());
    }

    /** The last word takes every value, so the sum carries in each way that it can. */
    @Test
    void checksum_is_right_whatever_the_words_are() {
        Way way = new Way(VIP4, REAL4, Frame.UDP, 7084);
        int id = memberOf(way);
        MemberRecord member = lb.member(id);
        byte[] frame = way.frame().tos(TOS).bytes();
        for (int word = 0; word < 1 << 16; word++) {
            InetAddress real = InetAddresses.fromInteger(223 << 24 | 255 << 16 | word);
            lb.put(id, new MemberRecord(member.vip(), member.state(), real, member.nextHop(), member.vipId()));
            IpV4Header outer = Encapsulated.dissect(lb.run(frame).packet()).outerIpv4();
            assertEquals(real, outer.getDstAddr());
            assertTrue(outer.hasValidChecksum(false), () -> "checksum of " + outer);
        }
    }

    @Test
    void flow_label_and_source_of_the_client_do_not_show_outside() {
        Way way = new Way(VIP6, REAL6, Frame.TCP, 6086);
        memberOf(way);
        Encapsulated sent = Encapsulated.dissect(lb.run(way.frame()).packet());
        assertNotEquals(0x54321, sent.outerIpv6().getFlowLabel().value());
        assertNotEquals(Frame.address("fd00:1::2"), sent.outerIpv6().getSrcAddr());
    }
}
