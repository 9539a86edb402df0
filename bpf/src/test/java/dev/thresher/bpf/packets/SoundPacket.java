// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A plain TCP or UDP packet that is whole, which the program must not leave to the kernel if it is for a VIP: what the
 * program knows of headers, said once more and in another language.
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

    static Optional<SoundPacket> parse(byte[] frame) {
        int start = networkHeader(frame);
        if (start > frame.length) {
            return Optional.empty();
        }
        ByteBuffer packet = ByteBuffer.wrap(frame, start, frame.length - start).slice();
        return switch (type(frame, start)) {
            case TYPE_IPV4 -> ipv4(packet);
            case TYPE_IPV6 -> ipv6(packet);
            default -> Optional.empty();
        };
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

    private static Optional<SoundPacket> ipv4(ByteBuffer packet) {
        if (packet.capacity() < IPV4_HEADER || packet.get(0) >> 4 != 4) {
            return Optional.empty();
        }
        int header = (packet.get(0) & 0xf) * Integer.BYTES;
        int length = packet.getShort(2) & 0xffff;
        boolean fragment = (packet.getShort(6) & 0x3fff) != 0;
        if (header < IPV4_HEADER || fragment || length > packet.capacity()) {
            return Optional.empty();
        }
        return transport(packet, header, length, packet.get(9), IPV4_DESTINATION, 4);
    }

    private static Optional<SoundPacket> ipv6(ByteBuffer packet) {
        if (packet.capacity() < IPV6_HEADER || (packet.get(0) >> 4 & 0xf) != 6) {
            return Optional.empty();
        }
        int length = IPV6_HEADER + (packet.getShort(4) & 0xffff);
        if (length > packet.capacity()) {
            return Optional.empty();
        }
        return transport(packet, IPV6_HEADER, length, packet.get(6), IPV6_DESTINATION, 16);
    }

    private static Optional<SoundPacket> transport(
            ByteBuffer packet, int header, int length, int protocol, int addressAt, int addressBytes) {
        int minimum = protocol == Frame.TCP ? TCP_HEADER : UDP_HEADER;
        if ((protocol != Frame.TCP && protocol != Frame.UDP) || length < header + minimum) {
            return Optional.empty();
        }
        InetAddress destination = address(packet.array(), packet.arrayOffset() + addressAt, addressBytes);
        return Optional.of(new SoundPacket(destination, packet.getShort(header + 2) & 0xffff, protocol))
                .filter(sound -> sound.destination.getAddress().length == addressBytes);
    }

    /** An IPv4-mapped IPv6 address becomes an IPv4 one. */
    private static InetAddress address(byte[] bytes, int at, int length) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, at, at + length));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
