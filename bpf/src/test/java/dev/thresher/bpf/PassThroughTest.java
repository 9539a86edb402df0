// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.MemberStats;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.Counter;
import java.net.Inet4Address;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.namednumber.ArpHardwareType;
import org.pcap4j.packet.namednumber.ArpOperation;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.util.MacAddress;

/** What is not a sound TCP or UDP packet for a VIP goes to the kernel as it came, and leaves no trace in the table. */
class PassThroughTest {
    private static final String CLIENT4 = "10.0.1.2:40000";
    private static final String CLIENT6 = "[fd00:1::2]:40000";
    private static final String VIP4 = "203.0.113.10:80";
    private static final String VIP6 = "[2001:db8:cafe::10]:80";

    private static final int IPV4_LENGTH_OFFSET = Frame.ETHERNET_HEADER + 2;
    private static final int IPV6_LENGTH_OFFSET = Frame.ETHERNET_HEADER + 4;

    private static LoadedProgram lb;
    private static int[] members;

    @BeforeAll
    static void load() {
        lb = LoadedProgram.load();
        members = Stream.of(
                        lb.addVip("203.0.113.10", 80, Frame.TCP),
                        lb.addVip("203.0.113.10", 80, Frame.UDP),
                        lb.addVip("2001:db8:cafe::10", 80, Frame.TCP),
                        lb.addVip("2001:db8:cafe::10", 80, Frame.UDP))
                .mapToInt(PassThroughTest::addMember)
                .toArray();
    }

    private static int addMember(Service service) {
        int member = lb.addMember(service, "10.0.3.11");
        lb.setTable(service, member);
        return member;
    }

    @AfterAll
    static void close() {
        lb.close();
    }

    @AfterEach
    void nothing_was_recorded() {
        long recorded = lb.flows().all().count();
        lb.flows().clear();
        assertEquals(0, recorded, "entries of the connection table");
        for (int member : members) {
            assertEquals(new MemberStats(0, 0, 0), lb.stats(member));
        }
    }

    private static void assertPasses(byte[] frame, String what) {
        long before = lb.counter(Counter.PASS);
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output), what);
        assertArrayEquals(frame, output.packet(), what);
        assertEquals(before + 1, lb.counter(Counter.PASS), what);
    }

    static Stream<Frame> forNobody() {
        return Stream.of(
                Frame.tcp(CLIENT4, "203.0.113.11:80").syn(),
                Frame.tcp(CLIENT4, "203.0.113.10:81").syn(),
                Frame.tcp(CLIENT4, "203.0.113.10:0").syn(),
                Frame.udp(CLIENT4, "203.0.113.10:53"),
                Frame.tcp(VIP4, CLIENT4).ack(),
                Frame.tcp(CLIENT6, "[2001:db8:cafe::11]:80").syn(),
                Frame.tcp(CLIENT6, "[2001:db8:cafe::10]:8080").syn(),
                Frame.udp(CLIENT6, "[2001:db8:cafe::10]:53"),
                Frame.tcp(CLIENT6, "[::203.0.113.10]:80").syn(),
                Frame.udp(VIP6, CLIENT6));
    }

    @ParameterizedTest
    @MethodSource("forNobody")
    void packet_for_no_vip_passes(Frame frame) {
        assertPasses(frame.payload(20).bytes(), frame.flow().toString());
    }

    static Stream<Frame> forVips() {
        return Stream.of(
                Frame.tcp(CLIENT4, VIP4).syn(),
                Frame.udp(CLIENT4, VIP4),
                Frame.tcp(CLIENT6, VIP6).syn(),
                Frame.udp(CLIENT6, VIP6));
    }

    /** Every load balancer on the segment gets it: each would send it on. */
    @ParameterizedTest
    @MethodSource("forVips")
    void frame_to_a_group_passes(Frame frame) {
        for (Frame each : List.of(frame, frame.vlan(7))) {
            byte[] multicast = each.bytes();
            multicast[0] |= 1;
            assertPasses(multicast, frame.flow() + " by multicast");
            byte[] broadcast = each.bytes();
            Arrays.fill(broadcast, 0, 6, (byte) 0xff);
            assertPasses(broadcast, frame.flow() + " by broadcast");
        }
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void truncated_headers_pass_at_each_length(Frame frame) {
        byte[] whole = frame.bytes();
        for (int length = Frame.ETHERNET_HEADER; length < whole.length; length++) {
            assertPasses(Arrays.copyOf(whole, length), frame.flow() + " cut to " + length + " bytes");
        }
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void packet_cut_within_its_payload_passes(Frame frame) {
        byte[] whole = frame.payload(20).bytes();
        assertPasses(Arrays.copyOf(whole, whole.length - 1), frame.flow() + " one byte short");
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void headers_beyond_the_stated_length_are_not_read(Frame frame) {
        byte[] whole = frame.padded().bytes();
        boolean ipv4 = frame.flow().source() instanceof Inet4Address;
        int transport = frame.flow().protocol() == Frame.TCP ? 20 : 8;
        for (int missing = 1; missing <= transport; missing++) {
            byte[] wrong = whole.clone();
            wrong[(ipv4 ? IPV4_LENGTH_OFFSET : IPV6_LENGTH_OFFSET) + 1] -= (byte) missing;
            assertPasses(wrong, frame.flow() + " with a length " + missing + " too small");
        }
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void length_beyond_the_frame_passes(Frame frame) {
        boolean ipv4 = frame.flow().source() instanceof Inet4Address;
        int at = ipv4 ? IPV4_LENGTH_OFFSET : IPV6_LENGTH_OFFSET;
        byte[] byOne = frame.bytes();
        byOne[at + 1]++;
        assertPasses(byOne, "one byte too long");
        byte[] byMost = frame.bytes();
        byMost[at] = byMost[at + 1] = -1;
        assertPasses(byMost, "65535 bytes long");
    }

    @ParameterizedTest
    @MethodSource("forNobody")
    void packet_for_no_vip_passes_in_every_dress(Frame frame) {
        assertPasses(frame.payload(64).fragment(0, true).bytes(), "the first fragment");
        assertPasses(frame.payload(64).vlan(5).bytes(), "a tag");
        assertPasses(frame.payload(64).vlan(5, 6).options(4).bytes(), "two tags and options");
        assertPasses(frame.extensions(Extension.DESTINATION).bytes(), "an extension header");
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void three_tags_pass(Frame frame) {
        assertPasses(frame.vlan(1, 2, 3).bytes(), "three tags");
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void truncated_headers_behind_tags_pass_at_each_length(Frame frame) {
        byte[] whole = frame.vlan(1, 2).bytes();
        for (int length = Frame.ETHERNET_HEADER; length < whole.length; length++) {
            assertPasses(Arrays.copyOf(whole, length), frame.flow() + " cut to " + length + " bytes");
        }
    }

    @Test
    void ipv4_header_shorter_than_the_minimum_passes() {
        for (int words = 0; words < 5; words++) {
            byte[] frame = Frame.tcp(CLIENT4, VIP4).payload(40).bytes();
            frame[Frame.ETHERNET_HEADER] = (byte) (0x40 | words);
            assertPasses(frame, "a header of " + words + " words");
        }
    }

    @Test
    void ipv4_options_that_reach_beyond_the_frame_pass() {
        byte[] frame = Frame.tcp(CLIENT4, VIP4).bytes();
        for (int words = 6; words <= 15; words++) {
            frame[Frame.ETHERNET_HEADER] = (byte) (0x40 | words);
            assertPasses(frame, "a header of " + words + " words");
        }
    }

    @ParameterizedTest
    @MethodSource("forVips")
    void other_ip_version_than_the_ethernet_type_says_passes(Frame frame) {
        byte[] bytes = frame.payload(40).bytes();
        bytes[Frame.ETHERNET_HEADER] ^= 0x70;
        assertPasses(bytes, "version " + (bytes[Frame.ETHERNET_HEADER] >> 4));
    }

    @Test
    void mapped_ipv4_address_on_the_wire_is_not_the_ipv4_vip() {
        byte[] frame = Frame.tcp(CLIENT6, VIP6).syn().bytes();
        byte[] mapped = Addresses.encode(Frame.address("203.0.113.10"));
        System.arraycopy(mapped, 0, frame, Frame.ETHERNET_HEADER + 24, mapped.length);
        assertPasses(frame, "::ffff:203.0.113.10");
    }

    @Test
    void other_protocols_to_a_vip_pass() {
        for (int protocol = 0; protocol < 256; protocol++) {
            if (protocol == Frame.TCP || protocol == Frame.UDP) {
                continue;
            }
            byte[] ipv4 = Frame.tcp(CLIENT4, VIP4).bytes();
            ipv4[Frame.ETHERNET_HEADER + 9] = (byte) protocol;
            assertPasses(ipv4, "IPv4, protocol " + protocol);
            byte[] ipv6 = Frame.tcp(CLIENT6, VIP6).bytes();
            ipv6[Frame.ETHERNET_HEADER + 6] = (byte) protocol;
            assertPasses(ipv6, "IPv6, next header " + protocol);
        }
    }

    @Test
    void icmp_echo_to_another_address_passes() {
        assertPasses(
                Frame.icmp("10.0.1.2", "203.0.113.11", Icmp.echo(1, 0))
                        .payload(32)
                        .bytes(),
                "ping");
    }

    @Test
    void arp_passes() {
        ArpPacket.Builder arp = new ArpPacket.Builder()
                .hardwareType(ArpHardwareType.ETHERNET)
                .protocolType(EtherType.IPV4)
                .hardwareAddrLength((byte) 6)
                .protocolAddrLength((byte) 4)
                .operation(ArpOperation.REQUEST)
                .srcHardwareAddr(Frame.SENDER)
                .srcProtocolAddr(Frame.address("10.0.1.2"))
                .dstHardwareAddr(MacAddress.ETHER_BROADCAST_ADDRESS)
                .dstProtocolAddr(Frame.address("203.0.113.10"));
        assertPasses(
                Frame.ethernet(EtherType.ARP)
                        .payloadBuilder(arp)
                        .paddingAtBuild(true)
                        .build()
                        .getRawData(),
                "ARP");
    }

    @Test
    void unknown_ethernet_type_passes() {
        byte[] frame = Frame.tcp(CLIENT4, VIP4).bytes();
        for (int type : new int[] {0, 0x0801, 0x0008, 0xdd86, 0x88cc, 0xffff}) {
            frame[12] = (byte) (type >> 8);
            frame[13] = (byte) type;
            assertPasses(frame, "type 0x" + Integer.toHexString(type));
        }
    }
}
