// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a packet is for, or an ICMP error about, that the program must not leave to the kernel if that is a VIP: TCP, UDP
 * and errors that are whole, and first fragments. What the program knows of headers, said once more and in another
 * language.
 */
record SoundPacket(InetAddress destination, int port, int protocol) {
    private static final int TYPE_AT = 12;
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int MOST_TAGS = 2;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int IPV4_DESTINATION = 16;
    private static final int IPV6_DESTINATION = 24;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;
    private static final int ICMP_HEADER = 8;
    private static final int PORTS = 4;

    static Optional<SoundPacket> parse(byte[] frame) {
        int start = networkHeader(frame);
        if (start > frame.length) {
            return Optional.empty();
        }
        ByteBuffer packet = ByteBuffer.wrap(frame, start, frame.length - start).slice();
        return switch (type(frame, start)) {
            case TYPE_IPV4 -> IpHeaders.read(packet, false).flatMap(SoundPacket::of);
            case TYPE_IPV6 -> IpHeaders.read(packet, true).flatMap(SoundPacket::of);
            default -> Optional.empty();
        };
    }

    private static Optional<SoundPacket> of(IpHeaders headers) {
        if (!headers.isWhole() || headers.later()) {
            return Optional.empty();
        }
        return isError(headers) ? quoted(headers) : transport(headers);
    }

    /** Where in the frame the address is that an IP packet is for, whatever else is wrong with it; -1 for none. */
    static int destinationAt(byte[] frame) {
        int start = networkHeader(frame);
        if (start > frame.length) {
            return -1;
        }
        return switch (type(frame, start)) {
            case TYPE_IPV4 -> frame.length < start + IPV4_HEADER ? -1 : start + IPV4_DESTINATION;
            case TYPE_IPV6 -> frame.length < start + IPV6_HEADER ? -1 : start + IPV6_DESTINATION;
            default -> -1;
        };
    }

    /** Where it is behind at most two tags; beyond the frame if the frame ends before it. */
    private static int networkHeader(byte[] frame) {
        int start = Frame.ETHERNET_HEADER;
        for (int tags = 0; tags < MOST_TAGS && start <= frame.length && Link.isTag(type(frame, start)); tags++) {
            start += Frame.VLAN_TAG;
        }
        return start;
    }

    private static int type(byte[] frame, int start) {
        return ByteBuffer.wrap(frame).getShort(start - Frame.ETHERNET_HEADER + TYPE_AT) & 0xffff;
    }

    private static Optional<SoundPacket> transport(IpHeaders headers) {
        int protocol = headers.protocol();
        int content = headers.length() - headers.bytes();
        int minimum = protocol == Frame.TCP && !headers.fragment() ? TCP_HEADER : UDP_HEADER;
        if ((protocol != Frame.TCP && protocol != Frame.UDP) || content < minimum) {
            return Optional.empty();
        }
        return at(headers, headers.destination(), headers.u16(2));
    }

    /** IPv4-mapped IPv6 addresses, which the library makes IPv4 ones, are nobody's. */
    private static Optional<SoundPacket> at(IpHeaders headers, InetAddress address, int port) {
        return address instanceof Inet6Address == headers.ipv6()
                ? Optional.of(new SoundPacket(address, port, headers.protocol()))
                : Optional.empty();
    }

    private static boolean isError(IpHeaders headers) {
        if (headers.protocol() != (headers.ipv6() ? Icmp.PROTOCOL_IPV6 : Icmp.PROTOCOL_IPV4)
                || headers.fragment()
                || headers.length() < headers.bytes() + ICMP_HEADER) {
            return false;
        }
        int type = headers.u16(0) >> Byte.SIZE;
        return headers.ipv6() ? type >= 1 && type <= 4 : type == 3 || type == 11 || type == 12;
    }

    /** The flow of the packet that was lost, which the receiver of the error has to have sent. */
    private static Optional<SoundPacket> quoted(IpHeaders error) {
        int at = error.bytes() + ICMP_HEADER;
        ByteBuffer quote = error.packet().slice(at, error.length() - at);
        return IpHeaders.read(quote, error.ipv6())
                .filter(lost -> !lost.later() && lost.bytes() + PORTS <= quote.capacity())
                .filter(lost -> lost.protocol() == Frame.TCP || lost.protocol() == Frame.UDP)
                .filter(lost -> lost.source().equals(error.destination()))
                .flatMap(lost -> at(lost, lost.source(), lost.u16(0)));
    }
}
