// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Finds the next hop of a real server as the kernel would, for packets that leave by the interface that the program is
 * attached to. For one thread.
 */
public final class NextHopResolver implements AutoCloseable {
    private static final int VERIFIED_OR_BEING_SO =
            Netlink.NUD_PERMANENT | Netlink.NUD_NOARP | Netlink.NUD_REACHABLE | Netlink.NUD_DELAY | Netlink.NUD_PROBE;

    private final RoutingTable table;
    private final String interfaceName;
    private final int ifindex;

    NextHopResolver(RoutingTable table, String interfaceName, int ifindex) {
        this.table = table;
        this.interfaceName = interfaceName;
        this.ifindex = ifindex;
    }

    /**
     * Opens a resolver in the network namespace of the calling thread.
     *
     * @throws IOException if there is no such interface, or the kernel gives no netlink socket
     */
    public static NextHopResolver open(String interfaceName) throws IOException {
        int ifindex = InterfaceMac.named(interfaceName).getIndex();
        return new NextHopResolver(NetlinkRoutingTable.open(), interfaceName, ifindex);
    }

    /**
     * Asks the kernel; never waits. A next hop that the kernel does not know yet, or has not verified lately, is one that
     * it now begins to resolve: unresolved today, it may be resolved a moment later.
     *
     * @throws IOException if the kernel did not answer the question, which says nothing about the next hop
     */
    public Resolution resolve(InetAddress real) throws IOException {
        Route route;
        try {
            route = table.route(real);
        } catch (NetlinkException e) {
            return unreachable(real, e);
        }
        if (route.kind() == Netlink.RTN_LOCAL) {
            return new Unresolved(IpText.format(real) + " is an address of this host");
        }
        if (route.kind() != Netlink.RTN_UNICAST) {
            return new Unresolved(IpText.format(real) + " is not the address of one host");
        }
        if (route.ifindex() != ifindex) {
            return new Unresolved(IpText.format(real) + " is reached through " + table.interfaceName(route.ifindex())
                    + ", not " + interfaceName + " where the program is attached");
        }
        return resolveNeighbour(real, route.gateway());
    }

    int ifindex() {
        return ifindex;
    }

    @Override
    public void close() {
        table.close();
    }

    private Resolution resolveNeighbour(InetAddress real, InetAddress gateway) throws IOException {
        Optional<Neighbour> neighbour = table.neighbour(ifindex, gateway);
        if (neighbour.isEmpty() || (neighbour.get().state() & VERIFIED_OR_BEING_SO) == 0) {
            table.use(ifindex, gateway);
        }
        MacAddress mac = neighbour.map(Neighbour::usableMac).orElse(null);
        if (mac != null) {
            return new Resolved(mac, gateway);
        }
        return new Unresolved((gateway.equals(real) ? "" : "the gateway ") + IpText.format(gateway)
                + " has not answered " + (gateway instanceof Inet4Address ? "ARP" : "neighbour discovery") + " yet");
    }

    private static Unresolved unreachable(InetAddress real, NetlinkException e) throws NetlinkException {
        String address = IpText.format(real);
        return switch (e.errno()) {
            case ENETUNREACH -> new Unresolved("no route to " + address);
            case EHOSTUNREACH -> new Unresolved("the route to " + address + " is of type unreachable");
            case EACCES -> new Unresolved("the route to " + address + " is of type prohibit");
            case EINVAL -> new Unresolved("the route to " + address + " is of type blackhole");
            default -> throw e;
        };
    }
}
