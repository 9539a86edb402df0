// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * An IP header and what follows it up to the transport's header.
 *
 * @param packet from the IP header to the end of what is there
 * @param protocol of what follows
 * @param bytes of the headers
 * @param length of the packet, as its header says
 * @param fragment one of several
 * @param later and not the first
 */
record IpHeaders(
        ByteBuffer packet, boolean ipv6, int protocol, int bytes, int length, boolean fragment, boolean later) {
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int IPV4_SOURCE = 12;
    private static final int IPV6_SOURCE = 8;
    private static final int HOP_BY_HOP = 0;
    private static final int ROUTING = 43;
    private static final int FRAGMENT = 44;
    private static final int DESTINATION = 60;
    private static final int SHORTEST_EXTENSION = 8;
    private static final int MOST_EXTENSIONS = 5;
    private static final int LONGEST = 1023;

    /** Empty for what is broken, and for chains of headers that the program leaves to the kernel. */
    static Optional<IpHeaders> read(ByteBuffer packet, boolean ipv6) {
        if (packet.capacity() < (ipv6 ? IPV6_HEADER : IPV4_HEADER) || (packet.get(0) >> 4 & 0xf) != (ipv6 ? 6 : 4)) {
            return Optional.empty();
        }
        return ipv6 ? ipv6(packet) : ipv4(packet);
    }

    private static Optional<IpHeaders> ipv4(ByteBuffer packet) {
        int bytes = (packet.get(0) & 0xf) * Integer.BYTES;
        int fragment = u16(packet, 6);
        boolean later = (fragment & 0x1fff) != 0;
        IpHeaders headers =
                new IpHeaders(packet, false, u8(packet, 9), bytes, u16(packet, 2), (fragment & 0x3fff) != 0, later);
        return bytes < IPV4_HEADER ? Optional.empty() : Optional.of(headers);
    }

    private static Optional<IpHeaders> ipv6(ByteBuffer packet) {
        int protocol = u8(packet, 6);
        int at = IPV6_HEADER;
        int length = IPV6_HEADER + u16(packet, 4);
        boolean fragment = false;
        boolean later = false;
        for (int i = 0; i < MOST_EXTENSIONS && isExtension(protocol) && !later; i++) {
            if (at + SHORTEST_EXTENSION > packet.capacity() || (protocol == ROUTING && packet.get(at + 3) != 0)) {
                return Optional.empty();
            }
            boolean piece = protocol == FRAGMENT;
            protocol = u8(packet, at);
            if (piece) {
                later = (u16(packet, at + 2) & 0xfff8) != 0;
                fragment = later || (u16(packet, at + 2) & 1) != 0;
            }
            at += piece ? SHORTEST_EXTENSION : (u8(packet, at + 1) + 1) * SHORTEST_EXTENSION;
            if (at > LONGEST) {
                return Optional.empty();
            }
        }
        return isExtension(protocol) && !later
                ? Optional.empty()
                : Optional.of(new IpHeaders(packet, true, protocol, at, length, fragment, later));
    }

    private static boolean isExtension(int protocol) {
        return protocol == HOP_BY_HOP || protocol == ROUTING || protocol == FRAGMENT || protocol == DESTINATION;
    }

    /** Are all bytes there that the header says that there are? */
    boolean isWhole() {
        return length <= packet.capacity() && bytes <= length;
    }

    InetAddress source() {
        return address(0);
    }

    InetAddress destination() {
        return address(1);
    }

    private InetAddress address(int index) {
        int size = ipv6 ? 16 : 4;
        int at = packet.arrayOffset() + (ipv6 ? IPV6_SOURCE : IPV4_SOURCE) + index * size;
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(packet.array(), at, at + size));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** A port, or whatever else 16 bits behind the headers say. */
    int u16(int at) {
        return u16(packet, bytes + at);
    }

    private static int u8(ByteBuffer packet, int at) {
        return packet.get(at) & 0xff;
    }

    private static int u16(ByteBuffer packet, int at) {
        return packet.getShort(at) & 0xffff;
    }
}
