// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.thresher.hashing.FlowTuple;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IpV4NoOperationOption;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Rfc791Tos;
import org.pcap4j.packet.IpV6ExtFragmentPacket;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6SimpleFlowLabel;
import org.pcap4j.packet.IpV6SimpleTrafficClass;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpVersion;
import org.pcap4j.packet.namednumber.TcpPort;
import org.pcap4j.packet.namednumber.UdpPort;
import org.pcap4j.util.MacAddress;

/** A frame from a client to the load balancer: valid to begin with, then as a test wants it. */
final class Frame {
    static final int TCP = 6;
    static final int UDP = 17;

    static final MacAddress SENDER = MacAddress.getByName("02:00:00:00:00:aa");
    static final MacAddress RECEIVER = MacAddress.getByName("02:00:00:00:00:bb");
    static final int ETHERNET_HEADER = 14;

    private final FlowTuple flow;
    private final TcpPacket.Builder tcp = new TcpPacket.Builder();
    private byte[] payload = {};
    private byte tos;
    private int options;
    private int ttl = 61;
    private int fragmentOffset;
    private boolean moreFragments;
    private boolean padded;

    private Frame(FlowTuple flow) {
        this.flow = flow;
    }

    static Frame of(FlowTuple flow) {
        return new Frame(flow);
    }

    /** From and to are {@code 10.0.1.2:40000} or {@code [fd00:1::2]:40000}. */
    static Frame tcp(String from, String to) {
        return of(flow(from, to, TCP));
    }

    static Frame udp(String from, String to) {
        return of(flow(from, to, UDP));
    }

    static FlowTuple flow(String from, String to, int protocol) {
        HostAndPort source = HostAndPort.fromString(from);
        HostAndPort destination = HostAndPort.fromString(to);
        return new FlowTuple(
                InetAddresses.forString(source.getHost()),
                source.getPort(),
                InetAddresses.forString(destination.getHost()),
                destination.getPort(),
                protocol);
    }

    FlowTuple flow() {
        return flow;
    }

    Frame syn() {
        tcp.syn(true);
        return this;
    }

    Frame ack() {
        tcp.ack(true);
        return this;
    }

    Frame fin() {
        tcp.fin(true);
        return this;
    }

    Frame rst() {
        tcp.rst(true);
        return this;
    }

    Frame payload(int bytes) {
        payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) i;
        }
        return this;
    }

    /** TOS or traffic class. */
    Frame tos(int value) {
        tos = (byte) value;
        return this;
    }

    /** IPv4 options, in words of four bytes. */
    Frame options(int words) {
        options = words;
        return this;
    }

    Frame fragment(int offset, boolean more) {
        fragmentOffset = offset;
        moreFragments = more;
        return this;
    }

    /** Padded to the least length of an Ethernet frame. */
    Frame padded() {
        padded = true;
        return this;
    }

    byte[] bytes() {
        boolean ipv6 = flow.source() instanceof Inet6Address;
        return ethernet(ipv6 ? EtherType.IPV6 : EtherType.IPV4)
                .payloadBuilder(ipv6 ? ipv6() : ipv4())
                .paddingAtBuild(padded)
                .build()
                .getRawData();
    }

    static EthernetPacket.Builder ethernet(EtherType type) {
        return new EthernetPacket.Builder()
                .pad(new byte[0])
                .srcAddr(SENDER)
                .dstAddr(RECEIVER)
                .type(type);
    }

    /** The IP packet alone. */
    byte[] ip() {
        byte[] frame = bytes();
        return Arrays.copyOfRange(frame, ETHERNET_HEADER, frame.length);
    }

    @Override
    public String toString() {
        return (flow.protocol() == TCP ? "TCP" : "UDP") + " from "
                + flow.source().getHostAddress() + " to " + flow.destination().getHostAddress() + " port "
                + flow.destinationPort();
    }

    private IpV4Packet.Builder ipv4() {
        return new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance(tos))
                .identification((short) 0x1234)
                .dontFragmentFlag(fragmentOffset == 0 && !moreFragments)
                .moreFragmentFlag(moreFragments)
                .fragmentOffset((short) fragmentOffset)
                .ttl((byte) ttl)
                .protocol(IpNumber.getInstance((byte) flow.protocol()))
                .srcAddr((Inet4Address) flow.source())
                .dstAddr((Inet4Address) flow.destination())
                .options(Collections.nCopies(options * Integer.BYTES, IpV4NoOperationOption.getInstance()))
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true)
                .payloadBuilder(transport());
    }

    private IpV6Packet.Builder ipv6() {
        boolean fragment = fragmentOffset != 0 || moreFragments;
        IpNumber protocol = IpNumber.getInstance((byte) flow.protocol());
        Packet.@Nullable Builder content = fragment
                ? new IpV6ExtFragmentPacket.Builder()
                        .nextHeader(protocol)
                        .fragmentOffset((short) fragmentOffset)
                        .m(moreFragments)
                        .payloadBuilder(transport())
                : transport();
        return new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance(tos))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(0x54321))
                .hopLimit((byte) ttl)
                .nextHeader(fragment ? IpNumber.IPV6_FRAG : protocol)
                .srcAddr((Inet6Address) flow.source())
                .dstAddr((Inet6Address) flow.destination())
                .correctLengthAtBuild(true)
                .payloadBuilder(content);
    }

    private Packet.Builder transport() {
        Packet.Builder content = new UnknownPacket.Builder().rawData(payload);
        return switch (flow.protocol()) {
            case TCP ->
                tcp.srcPort(TcpPort.getInstance((short) flow.sourcePort()))
                        .dstPort(TcpPort.getInstance((short) flow.destinationPort()))
                        .window((short) 8192)
                        .srcAddr(flow.source())
                        .dstAddr(flow.destination())
                        .options(List.of())
                        .correctChecksumAtBuild(true)
                        .correctLengthAtBuild(true)
                        .payloadBuilder(content);
            case UDP ->
                new UdpPacket.Builder()
                        .srcPort(UdpPort.getInstance((short) flow.sourcePort()))
                        .dstPort(UdpPort.getInstance((short) flow.destinationPort()))
                        .srcAddr(flow.source())
                        .dstAddr(flow.destination())
                        .correctChecksumAtBuild(true)
                        .correctLengthAtBuild(true)
                        .payloadBuilder(content);
            default -> content;
        };
    }

    static InetAddress address(String text) {
        return InetAddresses.forString(text);
    }
}
