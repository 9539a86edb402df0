// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * {@code struct vip}: where a VIP's table and counters are, and whether its flows are tracked.
 *
 * @param id index into the maps {@code tables} and {@code vip_stats}
 */
public record VipRecord(int id, boolean tracked) {
    private static final int KEY_LENGTH = 24;
    private static final int LENGTH = 8;
    private static final int STATELESS = 1;

    /** {@code struct vip_key}; port 0 stands for any port. */
    public static byte[] key(InetAddress address, int port, int protocol) {
        return ByteBuffer.allocate(KEY_LENGTH)
                .put(Addresses.encode(address))
                .putShort((short) port)
                .put((byte) protocol)
                .array();
    }

    public byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.nativeOrder())
                .putInt(id)
                .putInt(tracked ? 0 : STATELESS)
                .array();
    }

    public static VipRecord decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        return new VipRecord(buffer.getInt(), (buffer.getInt() & STATELESS) == 0);
    }
}
