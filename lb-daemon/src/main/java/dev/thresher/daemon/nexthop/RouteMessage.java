// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** struct rtmsg with its attributes: which way to a destination? */
final class RouteMessage {
    private static final int LENGTH = 12;
    private static final int KIND = 7;
    // struct rtvia: the family, then the address
    private static final int VIA_ADDRESS = 2;

    private RouteMessage() {}

    static ByteBuffer request(InetAddress destination) {
        byte[] address = destination.getAddress();
        ByteBuffer message = ByteBuffer.allocate(LENGTH + Attributes.HEADER_LENGTH + address.length)
                .order(ByteOrder.nativeOrder());
        message.put((byte) AddressFamily.of(destination))
                .put((byte) (address.length * Byte.SIZE))
                .position(LENGTH);
        Attributes.put(message, Netlink.RTA_DST, address);
        return message.flip();
    }

    static Route parse(ByteBuffer payload, InetAddress destination) {
        Attributes attributes = Attributes.parse(payload, LENGTH);
        InetAddress gateway = attributes.address(Netlink.RTA_GATEWAY, 0);
        if (gateway == null) {
            gateway = attributes.address(Netlink.RTA_VIA, VIA_ADDRESS);
        }
        return new Route(
                Byte.toUnsignedInt(payload.get(KIND)),
                attributes.intAt(Netlink.RTA_OIF),
                gateway == null ? destination : gateway);
    }
}
