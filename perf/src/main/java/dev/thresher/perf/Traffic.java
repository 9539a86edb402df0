// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * The packets of one case. Client addresses count up from a first one, and so do VIPs; the first flows go to the first
 * VIP, and so on.
 *
 * @param flowBits the case has 2^flowBits flows
 * @param vipBits and 2^vipBits VIPs
 */
record Traffic(Kind kind, int flowBits, int vipBits) {
    /** Bytes of every frame; {@code FRAME_LENGTH} in {@code bench.bpf.c}. */
    static final int FRAME_LENGTH = 128;

    static final int VIP_PORT = 80;

    static final int SERVER_ID = 1;

    private static final int ETHERNET_LENGTH = 14;
    private static final int TAG_LENGTH = 4;
    private static final int VLAN = 100;
    private static final int ETHERTYPE_VLAN = 0x8100;
    private static final int FRAGMENT_ID = 0x7001;
    private static final int MORE_FRAGMENTS = 0x2000;
    private static final int LATER_FRAGMENT = 16;
    private static final int QUIC_SHORT_HEADER = 0x40;
    private static final int QUIC_LB_ROTATION_0 = 0x08;
    private static final int IPV6_LENGTH = 40;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int TTL = 64;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int TCP_ACK = 0x10;
    private static final int TCP_SYN = 0x02;

    private static final InetAddress VIP_IPV4 = address("198.18.0.0");
    private static final InetAddress VIP_IPV6 = address("2001:db8:cafe::1:0");
    private static final InetAddress HOST_IPV4 = address("198.19.255.1");
    private static final InetAddress CLIENT_IPV4 = address("100.64.0.0");
    private static final InetAddress CLIENT_IPV6 = address("2001:db8:1::");

    /** What kind of packets these are. */
    enum Kind {
        TCP_IPV4(VIP_IPV4, TCP, TCP_ACK),
        UDP_IPV4(VIP_IPV4, UDP, 0),
        TCP_IPV6(VIP_IPV6, TCP, TCP_ACK),
        SYN_IPV4(VIP_IPV4, TCP, TCP_SYN),
        /** In a frame with a VLAN tag. */
        TAGGED_TCP_IPV4(VIP_IPV4, TCP, TCP_ACK),
        /** The last fragment of a packet, without ports. */
        FRAGMENT_IPV4(VIP_IPV4, UDP, 0),
        /** A short header whose connection id has the server id {@link Traffic#SERVER_ID}. */
        QUIC_IPV4(VIP_IPV4, UDP, 0),
        /** To an address that no VIP has. */
        HOST_IPV4(Traffic.HOST_IPV4, TCP, TCP_ACK);

        final InetAddress destination;
        final int protocol;
        private final int tcpFlags;

        Kind(InetAddress destination, int protocol, int tcpFlags) {
            this.destination = destination;
            this.protocol = protocol;
            this.tcpFlags = tcpFlags;
        }

        boolean isIpv6() {
            return this == TCP_IPV6;
        }

        /** Bytes in front of the IP packet. */
        int linkLength() {
            return this == TAGGED_TCP_IPV4 ? ETHERNET_LENGTH + TAG_LENGTH : ETHERNET_LENGTH;
        }

        /** The program of {@code bench.bpf.c} that makes such packets for the target. */
        String wrapper() {
            if (this == TAGGED_TCP_IPV4) {
                return "wrap_tagged_ipv4";
            }
            return isIpv6() ? "wrap_ipv6" : "wrap_ipv4";
        }

        InetAddress client() {
            return isIpv6() ? CLIENT_IPV6 : CLIENT_IPV4;
        }
    }

    int flows() {
        return 1 << flowBits;
    }

    /** The frame of the first flow; its checksums are 0. */
    byte[] frame() {
        return frame(kind == Kind.FRAGMENT_IPV4 ? FRAGMENT_ID << 16 | LATER_FRAGMENT : 0);
    }

    /** What comes before a {@link Kind#FRAGMENT_IPV4}. */
    byte[] firstFragment() {
        return frame(FRAGMENT_ID << 16 | MORE_FRAGMENTS);
    }

    /** {@code fragment}: the second word of an IPv4 header. */
    private byte[] frame(int fragment) {
        ByteBuffer frame = ByteBuffer.allocate(FRAME_LENGTH);
        frame.put(new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2});
        if (kind.linkLength() > ETHERNET_LENGTH) {
            frame.putShort((short) ETHERTYPE_VLAN).putShort((short) VLAN);
        }
        int length = FRAME_LENGTH - kind.linkLength();
        if (kind.isIpv6()) {
            frame.putShort((short) ETHERTYPE_IPV6).putInt(6 << 28).putShort((short) (length - IPV6_LENGTH));
            frame.put((byte) kind.protocol).put((byte) TTL);
        } else {
            frame.putShort((short) ETHERTYPE_IPV4).putInt(0x4500 << 16 | length).putInt(fragment);
            frame.put((byte) TTL).put((byte) kind.protocol).putShort((short) 0);
        }
        frame.put(kind.client().getAddress()).put(kind.destination.getAddress());
        frame.putShort((short) 1024).putShort((short) VIP_PORT);
        if (kind.protocol == TCP) {
            frame.putInt(1).putInt(1).put((byte) 0x50).put((byte) kind.tcpFlags).putShort((short) 0xffff);
        } else {
            frame.putShort((short) (frame.remaining() + 4)).putShort((short) 0);
        }
        if (kind == Kind.QUIC_IPV4) {
            frame.put((byte) QUIC_SHORT_HEADER).put((byte) QUIC_LB_ROTATION_0).putInt(SERVER_ID);
        }
        return frame.array();
    }

    /** The last 32 bits of an address, as a number. */
    static int tail(InetAddress address) {
        byte[] bytes = address.getAddress();
        return ByteBuffer.wrap(bytes).getInt(bytes.length - Integer.BYTES);
    }

    /** The address that comes {@code number} after another; the last 32 bits do not overflow. */
    static InetAddress after(InetAddress first, int number) {
        byte[] bytes = first.getAddress();
        ByteBuffer.wrap(bytes).putInt(bytes.length - Integer.BYTES, tail(first) + number);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has the length of an address", e);
        }
    }

    static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("not an address: " + literal, e);
        }
    }
}
