// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes (struct rtattr: length, type, value) at the end of a message. */
final class Attributes {
    static final int HEADER_LENGTH = 4;

    private static final int TYPE_MASK = 0x3fff;

    private final Map<Integer, ByteBuffer> values = new HashMap<>();

    private Attributes() {}

    static Attributes parse(ByteBuffer payload, int offset) {
        Attributes attributes = new Attributes();
        int at = offset;
        while (payload.limit() - at >= HEADER_LENGTH) {
            int length = Short.toUnsignedInt(payload.getShort(at));
            if (length < HEADER_LENGTH || length > payload.limit() - at) {
                break;
            }
            attributes.values.put(
                    payload.getShort(at + 2) & TYPE_MASK,
                    NetlinkMessage.view(payload, at + HEADER_LENGTH, length - HEADER_LENGTH));
            at += NetlinkMessage.align(length);
        }
        return attributes;
    }

    /** Appends an attribute whose value needs no padding. */
    static void put(ByteBuffer message, int type, byte[] value) {
        message.putShort((short) (HEADER_LENGTH + value.length))
                .putShort((short) type)
                .put(value);
    }

    int intAt(int type) {
        ByteBuffer value = values.get(type);
        return value == null ? 0 : value.getInt(0);
    }

    /** The bytes of a value from an offset on, or null when the attribute is absent or that short. */
    byte @Nullable [] bytes(int type, int offset) {
        ByteBuffer value = values.get(type);
        if (value == null || value.limit() <= offset) {
            return null;
        }
        byte[] bytes = new byte[value.limit() - offset];
        value.get(offset, bytes);
        return bytes;
    }

    @Nullable
    InetAddress address(int type, int offset) {
        byte[] bytes = bytes(type, offset);
        try {
            return bytes == null ? null : InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("attribute " + type + " is not an IP address", e);
        }
    }
}
