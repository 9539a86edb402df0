// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One netlink message: struct nlmsghdr and what follows it.
 *
 * @param type RTM_* or NLMSG_*
 * @param sequence of the request that it answers; 0 for an event
 * @param payload a view of the datagram, in its byte order
 */
record NetlinkMessage(int type, int sequence, ByteBuffer payload) {
    static final int HEADER_LENGTH = 16;

    private static final int ALIGNMENT = 4;

    /** A request as one datagram. */
    static ByteBuffer request(int type, int flags, int sequence, ByteBuffer payload) {
        int length = HEADER_LENGTH + payload.remaining();
        return ByteBuffer.allocate(length)
                .order(ByteOrder.nativeOrder())
                .putInt(length)
                .putShort((short) type)
                .putShort((short) (flags | Netlink.NLM_F_REQUEST))
                .putInt(sequence)
                .putInt(0)
                .put(payload.duplicate())
                .flip();
    }

    /** The messages of a datagram, which may hold several. */
    static List<NetlinkMessage> parse(ByteBuffer datagram) {
        List<NetlinkMessage> messages = new ArrayList<>();
        int at = datagram.position();
        while (datagram.limit() - at >= HEADER_LENGTH) {
            int length = datagram.getInt(at);
            if (length < HEADER_LENGTH || length > datagram.limit() - at) {
                break;
            }
            messages.add(new NetlinkMessage(
                    Short.toUnsignedInt(datagram.getShort(at + 4)),
                    datagram.getInt(at + 8),
                    view(datagram, at + HEADER_LENGTH, length - HEADER_LENGTH)));
            at += align(length);
        }
        return messages;
    }

    /** For NLMSG_ERROR: the errno, or 0 for an acknowledgement. */
    int errno() {
        return -payload.getInt(0);
    }

    static ByteBuffer view(ByteBuffer buffer, int at, int length) {
        return buffer.slice(at, length).order(buffer.order());
    }

    static int align(int length) {
        return (length + ALIGNMENT - 1) & -ALIGNMENT;
    }
}
