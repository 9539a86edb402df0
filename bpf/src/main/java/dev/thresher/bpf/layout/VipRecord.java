// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct vip} without its key: where a VIP's table and counters are, and how its flows find their real server.
 *
 * @param id index into the maps {@code tables}, {@code vip_stats} and {@code quic_configs}
 * @param tracked its flows are kept in the connection table
 * @param hash what decides a new flow's slot
 * @param quic connection ids may name a real server
 * @param sourceRoutes client prefixes may name a real server
 */
public record VipRecord(int id, boolean tracked, HashKind hash, boolean quic, boolean sourceRoutes) {
    /** Bytes, with the key. */
    public static final int LENGTH = 32;

    private static final int STATELESS = 1;
    private static final int QUIC = 1 << 1;
    private static final int SOURCE_ROUTES = 1 << 2;
    private static final int HASH_ADDRESS_ONLY = 1 << 3;
    private static final int ADDRESS_TCP = 1 << 4;
    private static final int ADDRESS_UDP = 1 << 5;

    private static final int FLAGS_OFFSET = 19;
    private static final int IPPROTO_TCP = 6;

    /** One that is routed by Maglev alone, of the 5-tuple. */
    public VipRecord(int id, boolean tracked) {
        this(id, tracked, HashKind.FIVE_TUPLE, false, false);
    }

    /** The record under its key. */
    public byte[] encode(VipMatch key) {
        ByteBuffer buffer = ByteBuffer.allocate(LENGTH);
        buffer.put(Addresses.encode(key.address())).putShort((short) key.port());
        buffer.put((byte) key.protocol()).put((byte) flags());
        buffer.order(ByteOrder.nativeOrder()).putInt(id);
        buffer.order(ByteOrder.BIG_ENDIAN).putInt(hash.portsMask()).putInt(hash.sourceMask());
        return buffer.array();
    }

    /** The entry that tells packets without ports that an address has VIPs of these protocols. */
    public static byte[] encodeAddress(InetAddress address, boolean tcp, boolean udp) {
        byte[] entry = new byte[LENGTH];
        System.arraycopy(Addresses.encode(address), 0, entry, 0, Addresses.LENGTH);
        entry[FLAGS_OFFSET] = (byte) ((tcp ? ADDRESS_TCP : 0) | (udp ? ADDRESS_UDP : 0));
        return entry;
    }

    /** Does an entry stand for an address, or for nothing, rather than for a VIP? */
    static boolean isNoVip(byte[] entry) {
        return entry[FLAGS_OFFSET - 1] == 0;
    }

    public static VipRecord decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int flags = buffer.get(FLAGS_OFFSET);
        int id = buffer.order(ByteOrder.nativeOrder()).getInt(FLAGS_OFFSET + 1);
        buffer.order(ByteOrder.BIG_ENDIAN).position(FLAGS_OFFSET + 1 + Integer.BYTES);
        return new VipRecord(
                id,
                (flags & STATELESS) == 0,
                HashKind.of(buffer.getInt(), buffer.getInt()),
                (flags & QUIC) != 0,
                (flags & SOURCE_ROUTES) != 0);
    }

    static boolean isTcp(VipMatch key) {
        return key.protocol() == IPPROTO_TCP;
    }

    private int flags() {
        return (tracked ? 0 : STATELESS)
                | (quic ? QUIC : 0)
                | (sourceRoutes ? SOURCE_ROUTES : 0)
                | (hash == HashKind.SOURCE ? HASH_ADDRESS_ONLY : 0);
    }
}
