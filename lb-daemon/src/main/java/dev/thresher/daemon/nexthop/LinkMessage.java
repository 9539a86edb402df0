// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.daemon.nexthop.Link.Vlan;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** struct ifinfomsg with its attributes: what is an interface, and how is it? */
final class LinkMessage {
    private static final int LENGTH = 16;
    private static final int IFINDEX = 4;
    private static final int FLAGS = 8;

    private LinkMessage() {}

    static ByteBuffer request(int ifindex) {
        ByteBuffer message = ByteBuffer.allocate(LENGTH + Attributes.HEADER_LENGTH + Integer.BYTES)
                .order(ByteOrder.nativeOrder());
        message.putInt(IFINDEX, ifindex).position(LENGTH);
        byte[] filter = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(Netlink.RTEXT_FILTER_SKIP_STATS)
                .array();
        Attributes.put(message, Netlink.IFLA_EXT_MASK, filter);
        return message.flip();
    }

    static Link parse(ByteBuffer payload) {
        Attributes attributes = Attributes.parse(payload, LENGTH);
        Attributes info = attributes.nested(Netlink.IFLA_LINKINFO);
        int flags = payload.getInt(FLAGS);
        return new Link(
                payload.getInt(IFINDEX),
                attributes.text(Netlink.IFLA_IFNAME),
                info.text(Netlink.IFLA_INFO_KIND),
                attributes.intAt(Netlink.IFLA_LINK),
                attributes.intAt(Netlink.IFLA_MASTER),
                attributes.mac(Netlink.IFLA_ADDRESS),
                attributes.intAt(Netlink.IFLA_MTU),
                (flags & Netlink.IFF_UP) != 0,
                (flags & Netlink.IFF_RUNNING) != 0,
                vlan(info));
    }

    /** Other kinds number what is theirs from 1 too. */
    private static @Nullable Vlan vlan(Attributes info) {
        if (!info.text(Netlink.IFLA_INFO_KIND).equals(Link.VLAN)) {
            return null;
        }
        Attributes data = info.nested(Netlink.IFLA_INFO_DATA);
        return new Vlan(
                data.shortAt(Netlink.IFLA_VLAN_ID, ByteOrder.nativeOrder()),
                data.shortAt(Netlink.IFLA_VLAN_PROTOCOL, ByteOrder.BIG_ENDIAN));
    }
}
