// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import jnr.constants.platform.Errno;

/**
 * Which interfaces can send frames that XDP redirects to them. Others lose them, and nobody counts that. Kernels from 6.3
 * on tell (the {@code netdev} family of generic netlink, Documentation/netlink/specs/netdev.yaml); of older ones the
 * kind of the interface has to do. For one thread.
 */
final class XdpFeatures implements AutoCloseable {
    private static final String FAMILY = "netdev";
    private static final int HEADER_LENGTH = 4;
    /** Those with ndo_xdp_xmit, hardware (whose kind is empty) given the benefit of the doubt. */
    private static final Set<String> ABLE_KINDS = Set.of("", "veth", "tun");

    private final NetlinkSocket socket;
    private final OptionalInt family;

    private XdpFeatures(NetlinkSocket socket, OptionalInt family) {
        this.socket = socket;
        this.family = family;
    }

    static XdpFeatures open() throws NetlinkException {
        NetlinkSocket socket = NetlinkSocket.openGeneric();
        try {
            return new XdpFeatures(socket, family(socket));
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
    }

    /** Does it have ndo_xdp_xmit, as far as can be told? Of a veth, that depends on the program of its peer. */
    boolean sendsRedirected(Link link) throws NetlinkException {
        Optional<Boolean> told = told(link);
        return told.orElseGet(() -> ABLE_KINDS.contains(link.kind()));
    }

    private Optional<Boolean> told(Link link) throws NetlinkException {
        if (family.isEmpty()) {
            return Optional.empty();
        }
        try {
            ByteBuffer request =
                    message(Netlink.NETDEV_CMD_DEV_GET, Netlink.NETDEV_A_DEV_IFINDEX, number(link.ifindex()));
            NetlinkMessage answer = socket.request("XDP features of " + link.name(), family.getAsInt(), 0, request);
            ByteBuffer features = attributes(answer).raw(Netlink.NETDEV_A_DEV_XDP_FEATURES);
            return features == null
                    ? Optional.empty()
                    : Optional.of((features.getLong(0) & Netlink.NETDEV_XDP_ACT_NDO_XMIT) != 0);
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.of(false);
            }
            throw e;
        }
    }

    @Override
    public void close() {
        socket.close();
    }

    private static OptionalInt family(NetlinkSocket socket) throws NetlinkException {
        byte[] name = (FAMILY + "\0").getBytes(StandardCharsets.US_ASCII);
        try {
            ByteBuffer request = message(Netlink.CTRL_CMD_GETFAMILY, Netlink.CTRL_ATTR_FAMILY_NAME, name);
            NetlinkMessage answer = socket.request("find the netdev family", Netlink.GENL_ID_CTRL, 0, request);
            return OptionalInt.of(attributes(answer).shortAt(Netlink.CTRL_ATTR_FAMILY_ID, ByteOrder.nativeOrder()));
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOENT) {
                return OptionalInt.empty();
            }
            throw e;
        }
    }

    private static Attributes attributes(NetlinkMessage answer) {
        return Attributes.parse(answer.payload(), HEADER_LENGTH);
    }

    /** struct genlmsghdr and one attribute. */
    private static ByteBuffer message(int command, int attribute, byte[] value) {
        int length = HEADER_LENGTH + Attributes.HEADER_LENGTH + NetlinkMessage.align(value.length);
        ByteBuffer message = ByteBuffer.allocate(length).order(ByteOrder.nativeOrder());
        message.put((byte) command).put((byte) 1).position(HEADER_LENGTH);
        Attributes.put(message, attribute, value);
        return message.rewind();
    }

    private static byte[] number(int number) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(number)
                .array();
    }
}
