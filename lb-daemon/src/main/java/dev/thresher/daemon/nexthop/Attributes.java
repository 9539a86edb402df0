// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
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

    /** The attributes inside of one; none when it is absent. */
    Attributes nested(int type) {
        ByteBuffer value = values.get(type);
        return value == null ? new Attributes() : parse(value, 0);
    }

    /** A value as it is, or null. */
    @Nullable
    ByteBuffer raw(int type) {
        return values.get(type);
    }

    /** A string, which may or may not end with a zero; empty when it is absent. */
    String text(int type) {
        byte[] bytes = bytes(type, 0);
        return bytes == null ? "" : new String(bytes, StandardCharsets.UTF_8).replace("\0", "");
    }

    /** An Ethernet address, or null when there is none, or one of another length. */
    @Nullable
    MacAddress mac(int type) {
        byte[] bytes = bytes(type, 0);
        return bytes == null || bytes.length != MacAddress.LENGTH ? null : MacAddress.of(bytes);
    }

    int intAt(int type) {
        ByteBuffer value = values.get(type);
        return value == null ? 0 : value.getInt(0);
    }

    /** A number of two bytes, in an order of bytes that not all attributes share; 0 when it is absent. */
    int shortAt(int type, ByteOrder order) {
        ByteBuffer value = values.get(type);
        return value == null
                ? 0
                : Short.toUnsignedInt(value.duplicate().order(order).getShort(0));
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
