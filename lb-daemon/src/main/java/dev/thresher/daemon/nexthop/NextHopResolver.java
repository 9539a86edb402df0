// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import dev.thresher.daemon.nexthop.Route.Way;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the next hop of a real server as the kernel would, for packets that come in by the interface that the program is
 * attached to. They leave by that one or by another. For one thread.
 */
public final class NextHopResolver implements AutoCloseable {
    private final RoutingTable table;
    private final String attachedName;
    private final int attachedIndex;
    private final LinkCache links;

    NextHopResolver(RoutingTable table, String attachedName, int attachedIndex, BooleanSupplier isGeneric) {
        this.table = table;
        this.attachedName = attachedName;
        this.attachedIndex = attachedIndex;
        this.links = new LinkCache(table, isGeneric);
    }

    /**
     * Opens a resolver in the network namespace of the calling thread.
     *
     * @param interfaceName where the program is attached
     * @param isGeneric does the program run in generic mode, where frames can leave by any interface?
     * @throws IOException if there is no such interface, or the kernel gives no netlink socket
     */
    public static NextHopResolver open(String interfaceName, BooleanSupplier isGeneric) throws IOException {
        int ifindex = InterfaceMac.named(interfaceName).getIndex();
        return new NextHopResolver(NetlinkRoutingTable.open(), interfaceName, ifindex, isGeneric);
    }

    /** Looks at the interfaces anew from here on; in between, an interface is what it was when it was first asked for. */
    void refresh() {
        links.clear();
    }

    /**
     * Asks the kernel; never waits. A next hop that the kernel does not know yet, or has not verified lately, is one that
     * it now begins to resolve: unresolved today, it may be resolved a moment later.
     *
     * @throws IOException if the kernel did not answer the question, which says nothing about the next hop
     */
    public Resolution resolve(InetAddress real) throws IOException {
        Link attached = links.get(attachedIndex);
        if (attached == null || !attached.running()) {
            // Nothing comes in while this lasts. To give up next hops would move flows once it is over.
            return new Unresolved(IpText.format(real) + " cannot be reached: " + fault(attached, attachedName), false);
        }
        Route route;
        try {
            route = table.route(real);
        } catch (NetlinkException e) {
            return unreachable(real, e);
        }
        if (route.kind() == Netlink.RTN_LOCAL) {
            return impossible(IpText.format(real) + " is an address of this host");
        }
        if (route.kind() != Netlink.RTN_UNICAST) {
            return impossible(IpText.format(real) + " is not the address of one host");
        }
        return resolve(real, route, attached);
    }

    @Override
    public void close() {
        table.close();
    }

    /** The first way that has a known next hop; if none has, the first one's fault is the one to tell. */
    private Resolution resolve(InetAddress real, Route route, Link attached) throws IOException {
        Unresolved reason = null;
        for (Way way : WayChoice.inOrder(real, route.ways())) {
            Resolution resolution = resolve(real, way, route.mtu(), attached);
            if (resolution instanceof Resolved) {
                return resolution;
            }
            reason = moreHopeful(reason, (Unresolved) resolution);
        }
        return reason == null ? withoutCarrier(real, route) : reason;
    }

    private Resolution resolve(InetAddress real, Way way, int routeMtu, Link attached) throws IOException {
        Link link = links.get(way.ifindex());
        if (link == null || !link.running()) {
            return impossible(
                    IpText.format(real) + " cannot be reached: " + fault(link, "the interface " + way.ifindex()));
        }
        MacAddress source = link.mac();
        if (source == null) {
            return impossible(IpText.format(real) + " is reached through " + link.name()
                    + ", which is not an Ethernet interface");
        }
        Exit exit = Exit.of(link, attached, links);
        if (exit.fault() != null) {
            return impossible(IpText.format(real) + " " + exit.fault());
        }
        Optional<Neighbour> neighbour = table.neighbour(link.ifindex(), way.gateway());
        if (neighbour.isEmpty() || !neighbour.get().isVerifiedOrBeingSo()) {
            table.use(link.ifindex(), way.gateway());
        }
        MacAddress mac = neighbour.map(Neighbour::usableMac).orElse(null);
        if (mac == null) {
            return silent(real, way.gateway());
        }
        int mtu = routeMtu == 0 ? link.mtu() : Math.min(routeMtu, link.mtu());
        return new Resolved(mac, source, way.gateway(), exit.egress(), mtu, exit.vlan());
    }

    private Unresolved withoutCarrier(InetAddress real, Route route) throws IOException {
        int ifindex = route.ways().isEmpty() ? 0 : route.ways().get(0).ifindex();
        return impossible(
                IpText.format(real) + " cannot be reached: " + fault(links.get(ifindex), "the interface " + ifindex));
    }

    private static Unresolved moreHopeful(@Nullable Unresolved first, Unresolved other) {
        return first == null || (first.conclusive() && !other.conclusive()) ? other : first;
    }

    private static String fault(@Nullable Link link, String name) {
        if (link == null) {
            return name + " is gone";
        }
        return link.name() + (link.up() ? " has no carrier" : " is down");
    }

    /** One text whether it is being asked or has not answered: the kernel's entry goes to and fro between the two. */
    private static Unresolved silent(InetAddress real, InetAddress gateway) {
        return new Unresolved(
                (gateway.equals(real) ? "" : "the gateway ") + IpText.format(gateway) + " does not answer "
                        + (gateway instanceof Inet4Address ? "ARP" : "neighbour discovery"),
                false);
    }

    private static Unresolved unreachable(InetAddress real, NetlinkException e) throws NetlinkException {
        String address = IpText.format(real);
        return switch (e.errno()) {
            case ENETUNREACH -> impossible("no route to " + address);
            case EHOSTUNREACH -> impossible("the route to " + address + " is of type unreachable");
            case EACCES -> impossible("the route to " + address + " is of type prohibit");
            case EINVAL -> impossible("the route to " + address + " is of type blackhole");
            default -> throw e;
        };
    }

    private static Unresolved impossible(String reason) {
        return new Unresolved(reason, true);
    }
}
