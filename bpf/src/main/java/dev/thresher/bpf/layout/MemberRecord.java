// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * {@code struct member}: one real server in one VIP's pool.
 *
 * @param vip the packets that it is for
 * @param nextHop where its packets leave to
 * @param encapsulation how they are wrapped
 * @param vipId index of the VIP in {@code vip_stats}
 * @param routed its VIP has connection ids or client prefixes that name a real server: they go before the connection
 *     table
 */
public record MemberRecord(
        VipMatch vip,
        MemberState state,
        InetAddress real,
        NextHop nextHop,
        Encapsulation encapsulation,
        int vipId,
        boolean routed) {
    /** Bytes: one cache line. */
    public static final int LENGTH = 64;

    private static final int VIP_IPV6 = 1;
    private static final int REAL_IPV6 = 1 << 1;
    private static final int ANY_PORT = 1 << 2;
    private static final int PREFIX = 1 << 3;
    private static final int GUE = 1 << 4;
    private static final int L2 = 1 << 5;
    private static final int ROUTED = 1 << 6;
    private static final int TAGGED = 1 << 7;

    private static final int VLAN_KNOWN = 0x1000;
    private static final int VLAN_ID = 0x0fff;

    private static final int PORT_OFFSET = 16;
    private static final int STATE_OFFSET = 19;
    private static final int FLAGS_OFFSET = 20;
    private static final int PREFIX_OFFSET = 22;
    private static final int EGRESS_OFFSET = 23;
    private static final int REAL_OFFSET = 24;
    private static final int NEXT_HOP_OFFSET = 40;
    private static final int VIP_ID_OFFSET = 52;
    private static final int GUE_PORT_OFFSET = 58;
    private static final int MTU_OFFSET = 60;
    private static final int VLAN_OFFSET = 62;

    private static final int OUTER_TTL = 64;
    private static final int IPPROTO_IPIP = 4;
    private static final int IPPROTO_UDP = 17;
    private static final int IPPROTO_IPV6 = 41;

    /** By {@link Encapsulation#IPIP}, and the connection table decides. */
    public MemberRecord(VipMatch vip, MemberState state, InetAddress real, NextHop nextHop, int vipId) {
        this(vip, state, real, nextHop, Encapsulation.IPIP, vipId, false);
    }

    /**
     * The way of packets to the real server.
     *
     * @param destination the next hop's address
     * @param source our own, of the interface that they leave by
     * @param mtu largest IP packet that it takes, outer headers included, in bytes; 0 when no limit is known
     * @param egress index into the map {@code egress}, or 0: they leave where they came in
     * @param vlan what they are tagged with: a VLAN id, {@link #UNTAGGED}, or {@link #TAGS_AS_THEY_CAME}
     */
    public record NextHop(MacAddress destination, MacAddress source, int mtu, int egress, int vlan) {
        public static final int UNTAGGED = 0;

        /** Where they leave as they came in; elsewhere they leave without tags. */
        public static final int TAGS_AS_THEY_CAME = -1;

        /** With the tags that packets have, if they leave where they came in. */
        public NextHop(MacAddress destination, MacAddress source, int mtu, int egress) {
            this(destination, source, mtu, egress, TAGS_AS_THEY_CAME);
        }

        /** Out where packets come in, and no limit is known. */
        public NextHop(MacAddress destination, MacAddress source) {
            this(destination, source, 0, 0);
        }

        public NextHop behind(int newEgress) {
            return newEgress == egress ? this : new NextHop(destination, source, mtu, newEgress, vlan);
        }

        private static NextHop decode(byte[] bytes, int mtu, int egress, int vlan) {
            int source = NEXT_HOP_OFFSET + MacAddress.LENGTH;
            return new NextHop(
                    MacAddress.of(Arrays.copyOfRange(bytes, NEXT_HOP_OFFSET, source)),
                    MacAddress.of(Arrays.copyOfRange(bytes, source, VIP_ID_OFFSET)),
                    mtu,
                    egress,
                    vlan == 0 ? TAGS_AS_THEY_CAME : vlan & VLAN_ID);
        }

        private int encodedVlan() {
            return vlan == TAGS_AS_THEY_CAME ? 0 : VLAN_KNOWN | vlan;
        }
    }

    /**
     * How packets are wrapped for the real server.
     *
     * @param guePort the outer UDP destination port of {@link Kind#GUE}, else 0
     */
    public record Encapsulation(Kind kind, int guePort) {
        public static final Encapsulation IPIP = new Encapsulation(Kind.IPIP, 0);
        public static final Encapsulation L2 = new Encapsulation(Kind.L2, 0);

        public static Encapsulation gue(int port) {
            return new Encapsulation(Kind.GUE, port);
        }

        /** The kinds that the program knows. */
        public enum Kind {
            IPIP,
            GUE,
            /** Not at all: only the Ethernet addresses change. */
            L2
        }
    }

    /** This record, for a VIP that has another id. */
    public MemberRecord withVipId(int newVipId) {
        return new MemberRecord(vip, state, real, nextHop, encapsulation, newVipId, routed);
    }

    public byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(LENGTH);
        buffer.put(Addresses.encode(vip.address())).putShort((short) vip.port());
        buffer.put((byte) vip.protocol()).put((byte) state.code());
        buffer.put(PREFIX_OFFSET, (byte) vip.mappedBits());
        buffer.position(REAL_OFFSET).put(Addresses.encode(real));
        buffer.put(nextHop.destination().bytes()).put(nextHop.source().bytes());
        buffer.put(EGRESS_OFFSET, (byte) nextHop.egress());
        buffer.putShort(GUE_PORT_OFFSET, (short) encapsulation.guePort());
        buffer.putShort(VLAN_OFFSET, (short) nextHop.encodedVlan());
        buffer.order(ByteOrder.nativeOrder());
        buffer.putShort(FLAGS_OFFSET, (short) flags());
        buffer.putInt(vipId).putShort((short) outerSum());
        buffer.putShort(MTU_OFFSET, (short) nextHop.mtu());
        return buffer.array();
    }

    /** The record behind a map's value; only for members that are not {@link MemberState#FREE}. */
    public static MemberRecord decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        VipMatch vip = VipMatch.ofMapped(
                bytes,
                buffer.get(PREFIX_OFFSET) & 0xff,
                buffer.getShort(PORT_OFFSET) & 0xffff,
                buffer.get(PORT_OFFSET + 2) & 0xff);
        int guePort = buffer.getShort(GUE_PORT_OFFSET) & 0xffff;
        int vlan = buffer.getShort(VLAN_OFFSET) & 0xffff;
        buffer.order(ByteOrder.nativeOrder());
        int flags = buffer.getShort(FLAGS_OFFSET);
        NextHop nextHop =
                NextHop.decode(bytes, buffer.getShort(MTU_OFFSET) & 0xffff, buffer.get(EGRESS_OFFSET) & 0xff, vlan);
        return new MemberRecord(
                vip,
                stateOf(bytes),
                Addresses.decode(Arrays.copyOfRange(bytes, REAL_OFFSET, NEXT_HOP_OFFSET)),
                nextHop,
                new Encapsulation(kindOf(flags), guePort),
                buffer.getInt(VIP_ID_OFFSET),
                (flags & ROUTED) != 0);
    }

    public static MemberState stateOf(byte[] bytes) {
        return MemberState.of(bytes[STATE_OFFSET]);
    }

    public MemberRecord with(MemberState newState) {
        return new MemberRecord(vip, newState, real, nextHop, encapsulation, vipId, routed);
    }

    private static Encapsulation.Kind kindOf(int flags) {
        if ((flags & GUE) != 0) {
            return Encapsulation.Kind.GUE;
        }
        return (flags & L2) != 0 ? Encapsulation.Kind.L2 : Encapsulation.Kind.IPIP;
    }

    private int flags() {
        return (Addresses.isIpv6(vip.address()) ? VIP_IPV6 : 0)
                | (Addresses.isIpv6(real) ? REAL_IPV6 : 0)
                | (vip.port() == 0 ? ANY_PORT : 0)
                | (vip.isPrefix() ? PREFIX : 0)
                | (encapsulation.kind() == Encapsulation.Kind.GUE ? GUE : 0)
                | (encapsulation.kind() == Encapsulation.Kind.L2 ? L2 : 0)
                | (routed ? ROUTED : 0)
                | (nextHop.vlan() > NextHop.UNTAGGED ? TAGGED : 0);
    }

    /**
     * The one's complement sum (RFC 1071) of what is the same in every outer IPv4 header to this real: version and
     * length, TTL, protocol and destination, as 16-bit words in the machine's order. 0 for an IPv6 real.
     */
    private int outerSum() {
        if (Addresses.isIpv6(real)) {
            return 0;
        }
        ByteBuffer words = ByteBuffer.allocate(8).order(ByteOrder.BIG_ENDIAN);
        words.putShort((short) 0x4500);
        words.put((byte) OUTER_TTL).put((byte) outerProtocol());
        words.put(real.getAddress()).flip().order(ByteOrder.nativeOrder());
        int sum = 0;
        while (words.hasRemaining()) {
            sum += words.getShort() & 0xffff;
        }
        return folded(folded(sum));
    }

    private static int folded(int sum) {
        return (sum & 0xffff) + (sum >>> Short.SIZE);
    }

    private int outerProtocol() {
        if (encapsulation.kind() == Encapsulation.Kind.GUE) {
            return IPPROTO_UDP;
        }
        return Addresses.isIpv6(vip.address()) ? IPPROTO_IPV6 : IPPROTO_IPIP;
    }
}
