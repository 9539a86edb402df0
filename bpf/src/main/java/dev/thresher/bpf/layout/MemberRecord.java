// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * {@code struct member}: one real server in one VIP's pool.
 *
 * @param vipPort 0 for a VIP of any port
 * @param protocol IP protocol number of the VIP
 * @param vipId index of the VIP in {@code vip_stats}
 */
public record MemberRecord(
        InetAddress vip, int vipPort, int protocol, MemberState state, InetAddress real, NextHop nextHop, int vipId) {
    /** Bytes: one cache line. */
    public static final int LENGTH = 64;

    private static final int VIP_IPV6 = 1;
    private static final int REAL_IPV6 = 1 << 1;
    private static final int ANY_PORT = 1 << 2;

    private static final int STATE_OFFSET = 19;
    private static final int REAL_OFFSET = 24;
    private static final int NEXT_HOP_OFFSET = 40;
    private static final int SUM_OFFSET = 52;

    private static final int OUTER_TTL = 64;
    private static final int IPPROTO_IPIP = 4;
    private static final int IPPROTO_IPV6 = 41;

    /** Where the outer packet goes on the wire: the next hop's address, and the source, our own. */
    public record NextHop(MacAddress destination, MacAddress source) {}

    public byte[] encode() {
        ByteBuffer buffer = ByteBuffer.allocate(LENGTH);
        buffer.put(Addresses.encode(vip)).putShort((short) vipPort).put((byte) protocol);
        buffer.put((byte) state.code()).put((byte) flags());
        buffer.position(REAL_OFFSET).put(Addresses.encode(real));
        buffer.put(nextHop.destination().bytes()).put(nextHop.source().bytes());
        buffer.order(ByteOrder.nativeOrder()).putInt(outerSum()).putInt(vipId);
        return buffer.array();
    }

    /** The record behind a map's value; only for members that are not {@link MemberState#FREE}. */
    public static MemberRecord decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new MemberRecord(
                Addresses.decode(bytes),
                buffer.getShort(16) & 0xffff,
                buffer.get(18) & 0xff,
                stateOf(bytes),
                Addresses.decode(Arrays.copyOfRange(bytes, REAL_OFFSET, NEXT_HOP_OFFSET)),
                new NextHop(
                        MacAddress.of(Arrays.copyOfRange(bytes, NEXT_HOP_OFFSET, NEXT_HOP_OFFSET + 6)),
                        MacAddress.of(Arrays.copyOfRange(bytes, NEXT_HOP_OFFSET + 6, SUM_OFFSET))),
                buffer.order(ByteOrder.nativeOrder()).getInt(SUM_OFFSET + 4));
    }

    public static MemberState stateOf(byte[] bytes) {
        return MemberState.of(bytes[STATE_OFFSET]);
    }

    public MemberRecord with(MemberState newState) {
        return new MemberRecord(vip, vipPort, protocol, newState, real, nextHop, vipId);
    }

    private int flags() {
        return (Addresses.isIpv6(vip) ? VIP_IPV6 : 0)
                | (Addresses.isIpv6(real) ? REAL_IPV6 : 0)
                | (vipPort == 0 ? ANY_PORT : 0);
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
        words.put((byte) OUTER_TTL).put((byte) (Addresses.isIpv6(vip) ? IPPROTO_IPV6 : IPPROTO_IPIP));
        words.put(real.getAddress()).flip().order(ByteOrder.nativeOrder());
        int sum = 0;
        while (words.hasRemaining()) {
            sum += words.getShort() & 0xffff;
        }
        return sum;
    }
}
