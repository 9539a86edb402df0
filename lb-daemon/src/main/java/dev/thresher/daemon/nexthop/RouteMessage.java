// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.daemon.nexthop.Route.Way;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** struct rtmsg with its attributes: which route to a destination? */
final class RouteMessage {
    private static final int LENGTH = 12;
    private static final int KIND = 7;
    private static final int FLAGS = 8;
    // struct rtvia: the family, then the address
    private static final int VIA_ADDRESS = 2;
    // struct rtnexthop: length (2), flags (1), weight - 1 (1), interface (4), then attributes
    private static final int WAY_LENGTH = 8;
    private static final int WAY_FLAGS = 2;
    private static final int WAY_WEIGHT = 3;
    private static final int WAY_IFINDEX = 4;
    private static final int UNUSABLE = Netlink.RTNH_F_DEAD | Netlink.RTNH_F_LINKDOWN;

    private RouteMessage() {}

    static ByteBuffer request(InetAddress destination) {
        byte[] address = destination.getAddress();
        ByteBuffer message = ByteBuffer.allocate(LENGTH + Attributes.HEADER_LENGTH + address.length)
                .order(ByteOrder.nativeOrder());
        message.put((byte) AddressFamily.of(destination))
                .put((byte) (address.length * Byte.SIZE))
                .putInt(FLAGS, Netlink.RTM_F_FIB_MATCH)
                .position(LENGTH);
        Attributes.put(message, Netlink.RTA_DST, address);
        return message.flip();
    }

    static Route parse(ByteBuffer payload, InetAddress destination) {
        Attributes attributes = Attributes.parse(payload, LENGTH);
        ByteBuffer multipath = attributes.raw(Netlink.RTA_MULTIPATH);
        List<Way> ways = multipath == null
                ? List.of(way(attributes, attributes.intAt(Netlink.RTA_OIF), 1, payload.getInt(FLAGS), destination))
                : ways(multipath, destination);
        return new Route(
                Byte.toUnsignedInt(payload.get(KIND)),
                ways,
                attributes.nested(Netlink.RTA_METRICS).intAt(Netlink.RTAX_MTU));
    }

    private static List<Way> ways(ByteBuffer multipath, InetAddress destination) {
        List<Way> ways = new ArrayList<>();
        int at = 0;
        while (multipath.limit() - at >= WAY_LENGTH) {
            int length = Short.toUnsignedInt(multipath.getShort(at));
            if (length < WAY_LENGTH || length > multipath.limit() - at) {
                break;
            }
            ByteBuffer way = NetlinkMessage.view(multipath, at, length);
            ways.add(way(
                    Attributes.parse(way, WAY_LENGTH),
                    way.getInt(WAY_IFINDEX),
                    Byte.toUnsignedInt(way.get(WAY_WEIGHT)) + 1,
                    Byte.toUnsignedInt(way.get(WAY_FLAGS)),
                    destination));
            at += NetlinkMessage.align(length);
        }
        return ways;
    }

    private static Way way(Attributes attributes, int ifindex, int weight, int flags, InetAddress destination) {
        InetAddress gateway = gateway(attributes);
        return new Way(ifindex, gateway == null ? destination : gateway, weight, (flags & UNUSABLE) != 0);
    }

    private static @Nullable InetAddress gateway(Attributes attributes) {
        InetAddress gateway = attributes.address(Netlink.RTA_GATEWAY, 0);
        return gateway == null ? attributes.address(Netlink.RTA_VIA, VIA_ADDRESS) : gateway;
    }
}
