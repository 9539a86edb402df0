// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;

/**
 * Adds up every checksum in a frame, from the outermost header to the innermost: RFC 1071 once more, and nothing of the
 * program's nor of the packet library's.
 */
final class Checksums {
    private static final int ICMP = 1;
    private static final int IPIP = 4;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int IPV6 = 41;
    private static final int FRAGMENT = 44;
    private static final int ICMPV6 = 58;
    private static final int GUE_PORT = 6080;
    private static final int RIGHT = 0xffff;

    private final boolean zeroAllowed;

    private Checksums(boolean zeroAllowed) {
        this.zeroAllowed = zeroAllowed;
    }

    /** Fails if a checksum is wrong, or if there is none where there has to be one. */
    static void assertRight(byte[] frame) {
        new Checksums(false).checkFrame(ByteBuffer.wrap(frame));
    }

    /** The same, but UDP over IPv6 may do without (RFC 6935). */
    static void assertRightOrZero(byte[] frame) {
        new Checksums(true).checkFrame(ByteBuffer.wrap(frame));
    }

    /** The folded sum of what the UDP checksum of an IPv6 packet covers: all ones if that is right. */
    static int ofUdp(ByteBuffer packet) {
        int length = packet.getShort(4) & 0xffff;
        return fold(sum(packet, 8, 32) + length + UDP + sum(packet, 40, length));
    }

    private void checkFrame(ByteBuffer frame) {
        int at = 12;
        while (type(frame, at) == 0x8100 || type(frame, at) == 0x88a8) {
            at += 4;
        }
        int type = type(frame, at);
        assertTrue(type == 0x0800 || type == 0x86dd, () -> "Ethernet type " + Integer.toHexString(type));
        ByteBuffer packet = slice(frame, at + 2, frame.limit() - at - 2);
        assertEquals(type == 0x0800 ? 4 : 6, version(packet), "IP version of Ethernet type");
        checkIp(packet);
    }

    private void checkIp(ByteBuffer packet) {
        if (version(packet) == 4) {
            checkIpv4(packet);
        } else {
            assertEquals(6, version(packet), "IP version");
            checkIpv6(packet);
        }
    }

    private void checkIpv4(ByteBuffer packet) {
        int header = (packet.get(0) & 0xf) * 4;
        int length = packet.getShort(2) & 0xffff;
        assertTrue(length <= packet.limit(), () -> "IPv4 length " + length + " of " + packet.limit());
        assertEquals(RIGHT, fold(sum(packet, 0, header)), "IPv4 header checksum");
        if ((packet.getShort(6) & 0x3fff) == 0) {
            long addresses = sum(packet, 12, 8);
            checkContent(slice(packet, header, length - header), packet.get(9) & 0xff, addresses, false);
        }
    }

    private void checkIpv6(ByteBuffer packet) {
        int length = packet.getShort(4) & 0xffff;
        assertTrue(40 + length <= packet.limit(), () -> "IPv6 payload " + length + " of " + packet.limit());
        int next = packet.get(6) & 0xff;
        int at = 40;
        while (next == 0 || next == 43 || next == 60) {
            next = packet.get(at) & 0xff;
            at += (packet.get(at + 1) & 0xff) * 8 + 8;
        }
        if (next != FRAGMENT) {
            checkContent(slice(packet, at, 40 + length - at), next, sum(packet, 8, 32), true);
        }
    }

    private void checkContent(ByteBuffer content, int protocol, long addresses, boolean ipv6) {
        long pseudo = addresses + content.limit() + protocol;
        switch (protocol) {
            case IPIP, IPV6 -> checkIp(content);
            case TCP -> assertEquals(RIGHT, fold(pseudo + sum(content, 0, content.limit())), "TCP checksum");
            case ICMP -> assertEquals(RIGHT, fold(sum(content, 0, content.limit())), "ICMP checksum");
            case ICMPV6 -> assertEquals(RIGHT, fold(pseudo + sum(content, 0, content.limit())), "ICMPv6 checksum");
            case UDP -> checkUdp(content, pseudo, ipv6);
            default -> throw new AssertionError("protocol " + protocol);
        }
    }

    private void checkUdp(ByteBuffer content, long pseudo, boolean ipv6) {
        assertEquals(content.limit(), content.getShort(4) & 0xffff, "UDP length");
        boolean none = content.getShort(6) == 0;
        assertTrue(!none || !ipv6 || zeroAllowed, "UDP over IPv6 without a checksum");
        if (!none) {
            assertEquals(RIGHT, fold(pseudo + sum(content, 0, content.limit())), "UDP checksum");
        }
        if ((content.getShort(2) & 0xffff) == GUE_PORT) {
            checkIp(slice(content, 8, content.limit() - 8));
        }
    }

    private static int type(ByteBuffer frame, int at) {
        return frame.getShort(at) & 0xffff;
    }

    private static int version(ByteBuffer packet) {
        return packet.get(0) >> 4 & 0xf;
    }

    private static ByteBuffer slice(ByteBuffer buffer, int at, int length) {
        return buffer.slice(at, length);
    }

    private static long sum(ByteBuffer bytes, int from, int length) {
        long sum = 0;
        for (int i = 0; i < length; i++) {
            sum += (long) (bytes.get(from + i) & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        return sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded > 0xffff) {
            folded = (folded & 0xffff) + (folded >> 16);
        }
        return (int) folded;
    }
}
