// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** struct ndmsg with its attributes: which Ethernet address has an IP address? */
final class NeighbourMessage {
    private static final int LENGTH = 12;
    private static final int IFINDEX = 4;
    private static final int STATE = 8;
    private static final int FLAGS = 10;

    private NeighbourMessage() {}

    static ByteBuffer request(int ifindex, InetAddress neighbour, int flags) {
        byte[] address = neighbour.getAddress();
        ByteBuffer message = ByteBuffer.allocate(LENGTH + Attributes.HEADER_LENGTH + address.length)
                .order(ByteOrder.nativeOrder());
        message.put((byte) AddressFamily.of(neighbour))
                .putInt(IFINDEX, ifindex)
                .put(FLAGS, (byte) flags)
                .position(LENGTH);
        Attributes.put(message, Netlink.NDA_DST, address);
        return message.flip();
    }

    /** Empty for entries of other protocols: bridges announce theirs in the same messages. */
    static Optional<Neighbour> parse(ByteBuffer payload) {
        int family = payload.get(0);
        Attributes attributes = Attributes.parse(payload, LENGTH);
        if (family != AddressFamily.INET && family != AddressFamily.INET6) {
            return Optional.empty();
        }
        InetAddress address = attributes.address(Netlink.NDA_DST, 0);
        if (address == null) {
            return Optional.empty();
        }
        return Optional.of(new Neighbour(
                payload.getInt(IFINDEX),
                address,
                Short.toUnsignedInt(payload.getShort(STATE)),
                attributes.mac(Netlink.NDA_LLADDR)));
    }
}
