// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.net.InetAddresses;
import dev.thresher.bpf.LoadedProgram;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.UdpPort;
import org.pcap4j.util.MacAddress;

/** The frame that has to go to a real server: the client's packet in the headers of its encapsulation. */
final class Wrapped {
    private static final MacAddress NEXT_HOP = MacAddress.getByName(LoadedProgram.NEXT_HOP.toString());
    private static final MacAddress OWN = MacAddress.getByName(LoadedProgram.OWN.toString());
    private static final byte TTL = 64;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV6_SOURCE = 8;
    /** RFC 6335: ports that are nobody's service. */
    private static final int FIRST_DYNAMIC_PORT = 49_152;

    private final Target target;
    private final byte[] inner;
    private final byte[] actual;
    private final InetAddress source;
    private final InetAddress real;

    private Wrapped(Target target, byte[] inner, byte[] actual) {
        this.target = target;
        this.inner = inner;
        this.actual = actual;
        this.real = InetAddresses.forString(target.real());
        this.source = target.realIsIpv6() ? address(IPV6_SOURCE, 16) : address(IPV4_SOURCE, 4);
    }

    /** Fails where what may vary leaves its bounds; all else is for the caller to compare. */
    static byte[] expected(Target target, byte[] input, byte[] output) {
        Link link = Link.of(input).leaving(target.nextHop());
        Link out = Link.of(output);
        return link.with(
                NEXT_HOP,
                OWN,
                switch (target.encapsulation().kind()) {
                    case L2 -> link.ip();
                    case IPIP, GUE -> new Wrapped(target, link.ip(), out.ip()).packet();
                });
    }

    private byte[] packet() {
        assertTrue(
                target.realIsIpv6() == Link.isIpv6(actual) && actual.length >= IPV4_HEADER,
                "the outer packet is of another family than the real server");
        boolean gue = target.encapsulation().guePort() != 0;
        IpNumber protocol = gue ? IpNumber.UDP : IpNumber.getInstance((byte) (Link.isIpv6(inner) ? 41 : 4));
        Packet.Builder content = new UnknownPacket.Builder().rawData(inner);
        if (gue) {
            content = udp(content);
        }
        return (target.realIsIpv6() ? ipv6(protocol, content) : ipv4(protocol, content))
                .build()
                .getRawData();
    }

    private Packet.Builder ipv4(IpNumber protocol, Packet.Builder content) {
        assertTrue(source.getHostAddress().startsWith("172.16."), () -> "outer source " + source);
        return new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance((byte) trafficClass()))
                .ttl(TTL)
                .protocol(protocol)
                .srcAddr((Inet4Address) source)
                .dstAddr((Inet4Address) real)
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true)
                .payloadBuilder(content);
    }

    private Packet.Builder ipv6(IpNumber protocol, Packet.Builder content) {
        assertTrue(source.getHostAddress().startsWith("100:0:0:0:"), () -> "outer source " + source);
        return new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance((byte) trafficClass()))
                .flowLabel(
                        IpV6SimpleFlowLabel.newInstance(ByteBuffer.wrap(actual).getInt() & 0xfffff))
                .hopLimit(TTL)
                .nextHeader(protocol)
                .srcAddr((Inet6Address) source)
                .dstAddr((Inet6Address) real)
                .correctLengthAtBuild(true)
                .payloadBuilder(content);
    }

    /** GUE variant 1 (draft-ietf-intarea-gue, section 4) has no header of its own. */
    private Packet.Builder udp(Packet.Builder content) {
        int at = target.realIsIpv6() ? IPV6_HEADER : IPV4_HEADER;
        short sourcePort = ByteBuffer.wrap(actual).getShort(at);
        assertTrue((sourcePort & 0xffff) >= FIRST_DYNAMIC_PORT, () -> "outer source port " + (sourcePort & 0xffff));
        return new UdpPacket.Builder()
                .srcPort(UdpPort.getInstance(sourcePort))
                .dstPort(UdpPort.getInstance((short) target.encapsulation().guePort()))
                .srcAddr(source)
                .dstAddr(real)
                .correctChecksumAtBuild(target.realIsIpv6())
                .correctLengthAtBuild(true)
                .payloadBuilder(content);
    }

    private int trafficClass() {
        int start = ByteBuffer.wrap(inner).getShort();
        return Link.isIpv6(inner) ? start >> 4 & 0xff : start & 0xff;
    }

    private InetAddress address(int at, int bytes) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(actual, at, at + bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
