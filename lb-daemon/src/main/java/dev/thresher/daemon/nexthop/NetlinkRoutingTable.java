// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.config.IpText;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import jnr.constants.platform.Errno;

/** The interfaces, routes and neighbours of the network namespace that it was opened in. For one thread. */
final class NetlinkRoutingTable implements RoutingTable {
    private final NetlinkSocket socket;
    private final XdpFeatures features;

    private NetlinkRoutingTable(NetlinkSocket socket, XdpFeatures features) {
        this.socket = socket;
        this.features = features;
    }

    static NetlinkRoutingTable open() throws NetlinkException {
        NetlinkSocket socket = NetlinkSocket.open(0);
        try {
            return new NetlinkRoutingTable(socket, XdpFeatures.open());
        } catch (NetlinkException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public Route route(InetAddress destination) throws NetlinkException {
        NetlinkMessage answer = socket.request(
                "route to " + IpText.format(destination), Netlink.RTM_GETROUTE, 0, RouteMessage.request(destination));
        return RouteMessage.parse(answer.payload(), destination);
    }

    @Override
    public Optional<Neighbour> neighbour(int ifindex, InetAddress address) throws NetlinkException {
        try {
            NetlinkMessage answer = socket.request(
                    "neighbour " + IpText.format(address) + " on interface " + ifindex,
                    Netlink.RTM_GETNEIGH,
                    0,
                    NeighbourMessage.request(ifindex, address, 0));
            return NeighbourMessage.parse(answer.payload());
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENOENT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public void use(int ifindex, InetAddress address) throws NetlinkException {
        ByteBuffer message = NeighbourMessage.request(ifindex, address, Netlink.NTF_USE);
        socket.request(
                "resolve neighbour " + IpText.format(address) + " on interface " + ifindex,
                Netlink.RTM_NEWNEIGH,
                Netlink.NLM_F_CREATE | Netlink.NLM_F_ACK,
                message);
    }

    @Override
    public Optional<Link> link(int ifindex) throws NetlinkException {
        try {
            NetlinkMessage answer =
                    socket.request("interface " + ifindex, Netlink.RTM_GETLINK, 0, LinkMessage.request(ifindex));
            return Optional.of(LinkMessage.parse(answer.payload()));
        } catch (NetlinkException e) {
            if (e.errno() == Errno.ENODEV) {
                return Optional.empty();
            }
            throw e;
        }
    }

    @Override
    public boolean sendsRedirected(Link link) throws NetlinkException {
        return features.sendsRedirected(link);
    }

    @Override
    public void close() {
        features.close();
        socket.close();
    }
}
