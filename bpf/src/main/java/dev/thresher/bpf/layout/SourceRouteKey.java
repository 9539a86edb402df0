// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * {@code struct source_route_key}: the clients of one prefix, as a VIP sees them.
 *
 * @param vipId of the VIP
 * @param network the first address of the prefix
 * @param bits of it that count, in its own family: 0 to 32 or 128
 */
public record SourceRouteKey(int vipId, InetAddress network, int bits) {
    /** Bytes. */
    public static final int LENGTH = 24;

    private static final int VIP_OFFSET = 4;
    private static final int ADDRESS_OFFSET = 8;
    // The VIP's id counts in full.
    private static final int VIP_BITS = Integer.SIZE;
    private static final int MAPPED_BITS = 96;

    /** Of one client, for looking up which prefix it is in. */
    public static SourceRouteKey of(int vipId, InetAddress client) {
        return new SourceRouteKey(vipId, client, client.getAddress().length * Byte.SIZE);
    }

    public byte[] encode() {
        int mapped = Addresses.isIpv6(network) ? 0 : MAPPED_BITS;
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.nativeOrder())
                .putInt(VIP_BITS + mapped + bits)
                .putInt(vipId)
                .put(Addresses.encode(network))
                .array();
    }

    public static SourceRouteKey decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        InetAddress network = Addresses.decode(Arrays.copyOfRange(bytes, ADDRESS_OFFSET, LENGTH));
        int mapped = Addresses.isIpv6(network) ? 0 : MAPPED_BITS;
        return new SourceRouteKey(buffer.getInt(VIP_OFFSET), network, buffer.getInt(0) - VIP_BITS - mapped);
    }
}
