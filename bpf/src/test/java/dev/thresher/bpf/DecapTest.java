// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.util.Arrays;
import java.util.Collections;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
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

/** A real server's program strips the outer header of IP in IP and nothing else. */
class DecapTest {
    private static final Frame TCP4 =
            Frame.tcp("10.0.1.2:40000", "203.0.113.10:80").payload(20);
    private static final Frame TCP6 =
            Frame.tcp("[fd00:1::2]:40000", "[2001:db8:cafe::10]:80").payload(20);
    private static final IpNumber IPV4_INSIDE = IpNumber.getInstance((byte) 4);

    private static BpfObject object;
    private static BpfProgram decap;

    @BeforeAll
    static void load() {
        Privileges.require();
        object = BpfObject.open("decap.bpf.o").load();
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
                Arguments.of("IPv4 options outside", frame(withOptions(outerIpv4(IPV4_INSIDE, TCP4.ip()))), TCP4));
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

    @Test
    void only_one_header_goes() {
        byte[] once = Arrays.copyOfRange(frame(outerIpv4(IPV4_INSIDE, TCP4.ip())), Frame.ETHERNET_HEADER, 94);
        assertEquals(80, once.length);
        assertArrayEquals(
                frame(outerIpv4(IPV4_INSIDE, TCP4.ip())),
                decap.testRun(frame(outerIpv4(IPV4_INSIDE, once))).packet());
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
                LoadedProgram.Service service =
                        lb.addVip(frame.flow().destination().getHostAddress(), 80, Frame.TCP);
                lb.setTable(service, lb.addMember(service, "10.0.3.11"));
                byte[] received = decap.testRun(lb.run(frame).packet()).packet();
                byte[] sent = frame.bytes();
                assertArrayEquals(
                        Arrays.copyOfRange(sent, 12, sent.length), Arrays.copyOfRange(received, 12, received.length));
            }
        }
    }
}
