// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import dev.thresher.hashing.FlowTuple;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.pcap4j.packet.Dot1qVlanTagPacket;
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
public final class Frame {
    public static final int TCP = 6;
    public static final int UDP = 17;

    public static final MacAddress SENDER = MacAddress.getByName("02:00:00:00:00:aa");
    public static final MacAddress RECEIVER = MacAddress.getByName("02:00:00:00:00:bb");
    public static final int ETHERNET_HEADER = 14;
    public static final int VLAN_TAG = 4;

    private static final EtherType SERVICE_TAG = EtherType.getInstance((short) 0x88a8);
    private static final int FRAGMENT_UNIT = 8;

    private final FlowTuple flow;
    private final TcpPacket.Builder tcp = new TcpPacket.Builder();
    private final @Nullable Icmp icmp;
    private byte[] payload = {};
    private List<Integer> vlans = List.of();
    private EtherType outermostTag = EtherType.DOT1Q_VLAN_TAGGED_FRAMES;
    private List<Extension> extensions = List.of();
    private byte tos;
    private int options;
    private int ttl = 61;
    private int identification = 0x1234;
    private int flowLabel = 0x54321;
    private boolean mayFragment;
    private @Nullable Fragment fragment;
    private boolean udpChecksum = true;
    private boolean padded;

    /** Which part of its packet a fragment is; the offset counts eights of bytes. */
    private record Fragment(int offset, boolean more) {}

    private Frame(FlowTuple flow, @Nullable Icmp icmp) {
        this.flow = flow;
        this.icmp = icmp;
    }

    public static Frame of(FlowTuple flow) {
        return new Frame(flow, null);
    }

    /** ICMP between two addresses without ports, in the version of their family. */
    public static Frame icmp(String from, String to, Icmp message) {
        InetAddress source = address(from);
        int protocol = source instanceof Inet6Address ? Icmp.PROTOCOL_IPV6 : Icmp.PROTOCOL_IPV4;
        return new Frame(new FlowTuple(source, 0, address(to), 0, protocol), message);
    }

    /** From and to are {@code 10.0.1.2:40000} or {@code [fd00:1::2]:40000}. */
    public static Frame tcp(String from, String to) {
        return of(flow(from, to, TCP));
    }

    public static Frame udp(String from, String to) {
        return of(flow(from, to, UDP));
    }

    public static FlowTuple flow(String from, String to, int protocol) {
        HostAndPort source = HostAndPort.fromString(from);
        HostAndPort destination = HostAndPort.fromString(to);
        return new FlowTuple(
                InetAddresses.forString(source.getHost()),
                source.getPort(),
                InetAddresses.forString(destination.getHost()),
                destination.getPort(),
                protocol);
    }

    public FlowTuple flow() {
        return flow;
    }

    public Frame syn() {
        tcp.syn(true);
        return this;
    }

    public Frame ack() {
        tcp.ack(true);
        return this;
    }

    public Frame fin() {
        tcp.fin(true);
        return this;
    }

    public Frame rst() {
        tcp.rst(true);
        return this;
    }

    public Frame payload(int bytes) {
        payload = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            payload[i] = (byte) i;
        }
        return this;
    }

    public Frame payload(byte[] bytes) {
        payload = bytes.clone();
        return this;
    }

    /** 802.1Q tags, the outermost first. */
    public Frame vlan(Integer... ids) {
        vlans = List.of(ids);
        return this;
    }

    /** Makes the outermost tag one of 802.1ad. */
    public Frame serviceTag() {
        outermostTag = SERVICE_TAG;
        return this;
    }

    /** Time to live or hop limit. */
    public Frame ttl(int hops) {
        ttl = hops;
        return this;
    }

    public Frame identification(int id) {
        identification = id;
        return this;
    }

    /** IPv6 only: the flow label, 20 bits. */
    public Frame flowLabel(int label) {
        flowLabel = label;
        return this;
    }

    /** IPv4 only: without the flag that says "don't fragment". */
    public Frame mayFragment() {
        mayFragment = true;
        return this;
    }

    /** UDP only: a checksum of zero, which over IPv4 says that there is none. */
    public Frame withoutChecksum() {
        udpChecksum = false;
        return this;
    }

    /** IPv6 extension headers, in their order; a fragment header comes after them. */
    public Frame extensions(Extension... headers) {
        extensions = List.of(headers);
        return this;
    }

    /** TOS or traffic class. */
    public Frame tos(int value) {
        tos = (byte) value;
        return this;
    }

    /** IPv4 options, in words of four bytes. */
    public Frame options(int words) {
        options = words;
        return this;
    }

    /** Says that the packet is a fragment, wherever the offset, in eights of bytes, is; all of it stays inside. */
    public Frame fragment(int offset, boolean more) {
        fragment = new Fragment(offset, more);
        return this;
    }

    /** Padded to the least length of an Ethernet frame. */
    public Frame padded() {
        padded = true;
        return this;
    }

    public byte[] bytes() {
        return frame(transport().build().getRawData(), fragment);
    }

    /** The packet cut as a router would: frames of at most so many bytes of payload, which eight divides. */
    public List<byte[]> cut(int bytes) {
        byte[] content = transport().build().getRawData();
        List<byte[]> frames = new ArrayList<>();
        for (int at = 0; at < content.length; at += bytes) {
            int end = Math.min(at + bytes, content.length);
            Fragment part = new Fragment(at / FRAGMENT_UNIT, end < content.length);
            frames.add(frame(Arrays.copyOfRange(content, at, end), part));
        }
        return frames;
    }

    private byte[] frame(byte[] content, @Nullable Fragment part) {
        boolean ipv6 = flow.source() instanceof Inet6Address;
        EtherType type = ipv6 ? EtherType.IPV6 : EtherType.IPV4;
        Packet.Builder packet = ipv6 ? ipv6(content, part) : ipv4(content, part);
        for (int i = vlans.size() - 1; i >= 0; i--) {
            packet = new Dot1qVlanTagPacket.Builder()
                    .vid(vlans.get(i).shortValue())
                    .type(type)
                    .payloadBuilder(packet);
            type = i == 0 ? outermostTag : EtherType.DOT1Q_VLAN_TAGGED_FRAMES;
        }
        return ethernet(type)
                .payloadBuilder(packet)
                .paddingAtBuild(padded)
                .build()
                .getRawData();
    }

    public static EthernetPacket.Builder ethernet(EtherType type) {
        return new EthernetPacket.Builder()
                .pad(new byte[0])
                .srcAddr(SENDER)
                .dstAddr(RECEIVER)
                .type(type);
    }

    /** The IP packet alone. */
    public byte[] ip() {
        byte[] frame = bytes();
        return Arrays.copyOfRange(frame, ETHERNET_HEADER + VLAN_TAG * vlans.size(), frame.length);
    }

    @Override
    public String toString() {
        String name = icmp == null ? flow.protocol() == TCP ? "TCP" : "UDP" : "ICMP";
        return name + " from "
                + flow.source().getHostAddress() + " to " + flow.destination().getHostAddress() + " port "
                + flow.destinationPort();
    }

    private IpV4Packet.Builder ipv4(byte[] content, @Nullable Fragment part) {
        return new IpV4Packet.Builder()
                .version(IpVersion.IPV4)
                .tos(IpV4Rfc791Tos.newInstance(tos))
                .identification((short) identification)
                .dontFragmentFlag(part == null && !mayFragment)
                .moreFragmentFlag(part != null && part.more)
                .fragmentOffset((short) (part == null ? 0 : part.offset))
                .ttl((byte) ttl)
                .protocol(IpNumber.getInstance((byte) flow.protocol()))
                .srcAddr((Inet4Address) flow.source())
                .dstAddr((Inet4Address) flow.destination())
                .options(Collections.nCopies(options * Integer.BYTES, IpV4NoOperationOption.getInstance()))
                .correctChecksumAtBuild(true)
                .correctLengthAtBuild(true)
                .payloadBuilder(raw(content));
    }

    private IpV6Packet.Builder ipv6(byte[] content, @Nullable Fragment part) {
        IpNumber next = IpNumber.getInstance((byte) flow.protocol());
        Packet.Builder inside = raw(content);
        if (part != null) {
            inside = new IpV6ExtFragmentPacket.Builder()
                    .nextHeader(next)
                    .fragmentOffset((short) part.offset)
                    .m(part.more)
                    .identification(identification)
                    .payloadBuilder(inside);
            next = IpNumber.IPV6_FRAG;
        }
        for (int i = extensions.size() - 1; i >= 0; i--) {
            inside = extensions.get(i).before(next, inside);
            next = extensions.get(i).number();
        }
        return new IpV6Packet.Builder()
                .version(IpVersion.IPV6)
                .trafficClass(IpV6SimpleTrafficClass.newInstance(tos))
                .flowLabel(IpV6SimpleFlowLabel.newInstance(flowLabel))
                .hopLimit((byte) ttl)
                .nextHeader(next)
                .srcAddr((Inet6Address) flow.source())
                .dstAddr((Inet6Address) flow.destination())
                .correctLengthAtBuild(true)
                .payloadBuilder(inside);
    }

    private static Packet.Builder raw(byte[] content) {
        return new UnknownPacket.Builder().rawData(content);
    }

    private Packet.Builder transport() {
        if (icmp != null) {
            return icmp.between(flow.source(), flow.destination(), payload);
        }
        Packet.Builder content = raw(payload);
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
                        .correctChecksumAtBuild(udpChecksum)
                        .correctLengthAtBuild(true)
                        .payloadBuilder(content);
            default -> content;
        };
    }

    public static InetAddress address(String text) {
        return InetAddresses.forString(text);
    }
}
