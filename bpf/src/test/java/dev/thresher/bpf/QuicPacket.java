// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/** The beginning of QUIC packets (RFC 9000, section 17), as far as a load balancer can read it. */
public final class QuicPacket {
    public static final int VERSION_1 = 1;
    /** RFC 9369. */
    public static final int VERSION_2 = 0x6b3343cf;

    /** Types of long headers, in the order of version 1. */
    public enum LongHeader {
        INITIAL,
        ZERO_RTT,
        HANDSHAKE,
        RETRY
    }

    private static final int BODY = 64;

    private QuicPacket() {}

    /** A short header with this destination connection id, in hexadecimal digits. */
    public static byte[] shortHeader(String connectionId) {
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0x40);
        packet.writeBytes(HexFormat.of().parseHex(connectionId));
        packet.writeBytes(new byte[BODY]);
        return packet.toByteArray();
    }

    /** A long header, with a source connection id of eight bytes. */
    public static byte[] longHeader(int version, LongHeader type, String connectionId) {
        byte[] id = HexFormat.of().parseHex(connectionId);
        ByteArrayOutputStream packet = new ByteArrayOutputStream();
        packet.write(0xc0 | number(version, type) << 4);
        packet.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(version).array());
        packet.write(id.length);
        packet.writeBytes(id);
        packet.write(8);
        packet.writeBytes(new byte[8 + BODY]);
        return packet.toByteArray();
    }

    private static int number(int version, LongHeader type) {
        int first = switch (type) {
            case INITIAL -> 0;
            case ZERO_RTT -> 1;
            case HANDSHAKE -> 2;
            case RETRY -> 3;
        };
        return version == VERSION_2 ? (first + 1) % 4 : first;
    }
}
