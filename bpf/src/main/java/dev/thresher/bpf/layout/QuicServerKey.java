// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/**
 * {@code struct quic_server_key}: a server id of a VIP.
 *
 * @param vipId of the VIP
 * @param version config rotation of QUIC-LB; {@link #KATRAN_VERSION} for Katran's ids, which mean the same in all versions
 * @param id its bytes, 1 to 15, as hexadecimal digits; 4 of them, the highest first, for Katran
 */
public record QuicServerKey(int vipId, int version, String id) {
    /** Bytes. */
    public static final int LENGTH = 24;

    /** In place of a version, for ids of Katran. */
    public static final int KATRAN_VERSION = 0;

    private static final int VERSION_OFFSET = 4;
    private static final int ID_OFFSET = 8;

    public QuicServerKey {
        id = id.toLowerCase(Locale.ROOT);
    }

    public byte[] encode() {
        byte[] bytes = HexFormat.of().parseHex(id);
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.nativeOrder())
                .putInt(vipId)
                .put((byte) version)
                .put((byte) bytes.length)
                .put(ID_OFFSET, bytes)
                .array();
    }

    public static QuicServerKey decode(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder());
        int length = buffer.get(VERSION_OFFSET + 1);
        return new QuicServerKey(
                buffer.getInt(0),
                buffer.get(VERSION_OFFSET),
                HexFormat.of().formatHex(Arrays.copyOfRange(bytes, ID_OFFSET, ID_OFFSET + length)));
    }
}
