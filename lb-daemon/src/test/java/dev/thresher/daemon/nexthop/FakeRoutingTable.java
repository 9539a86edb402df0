// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import jnr.constants.platform.Errno;

/** Interfaces, routes and neighbours in memory. */
final class FakeRoutingTable implements RoutingTable {
    final Map<InetAddress, Route> routes = new HashMap<>();
    final Map<InetAddress, Neighbour> neighbours = new HashMap<>();
    final List<InetAddress> used = new ArrayList<>();
    final Map<Integer, Link> links = new HashMap<>();
    final Set<Integer> unable = new HashSet<>();
    int linksAsked;
    /** So many questions about interfaces meet a fault that nobody thought of. */
    int faults;

    Errno noRoute = Errno.ENETUNREACH;

    @Override
    public Route route(InetAddress destination) throws IOException {
        Route route = routes.get(destination);
        if (route == null) {
            throw new NetlinkException("route", noRoute.intValue());
        }
        return route;
    }

    @Override
    public Optional<Neighbour> neighbour(int ifindex, InetAddress address) {
        return Optional.ofNullable(neighbours.get(address));
    }

    @Override
    public void use(int ifindex, InetAddress address) {
        used.add(address);
    }

    @Override
    public Optional<Link> link(int ifindex) {
        linksAsked++;
        if (faults > 0) {
            faults--;
            throw new IllegalStateException("a fault of ours");
        }
        return Optional.ofNullable(links.get(ifindex));
    }

    @Override
    public boolean sendsRedirected(Link link) {
        return !unable.contains(link.ifindex());
    }

    @Override
    public void close() {}
}
