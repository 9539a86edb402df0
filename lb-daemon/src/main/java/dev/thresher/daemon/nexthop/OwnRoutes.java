// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Set;
import java.util.stream.Collectors;

/** Where packets that this host sends itself leave. For one thread. */
public final class OwnRoutes implements AutoCloseable {
    /** RTN_LOCAL: the destination is an address of this host. */
    private static final int LOCAL = 2;

    private final NetlinkRoutingTable table;

    private OwnRoutes(NetlinkRoutingTable table) {
        this.table = table;
    }

    /**
     * The way to an address.
     *
     * @param ifindexes the interfaces that packets leave by; several where the route is multipath
     * @param local whether they do not leave at all, because the address is this host's
     */
    public record Way(Set<Integer> ifindexes, boolean local) {
        public Way {
            ifindexes = Set.copyOf(ifindexes);
        }
    }

    /** Opens the routes of the calling thread's network namespace. */
    public static OwnRoutes open() throws IOException {
        return new OwnRoutes(NetlinkRoutingTable.open());
    }

    /**
     * The way to a destination.
     *
     * @throws IOException if there is no way; the message says why
     */
    public Way to(InetAddress destination) throws IOException {
        Route route = table.route(destination);
        return new Way(
                route.ways().stream().map(Route.Way::ifindex).collect(Collectors.toSet()), route.kind() == LOCAL);
    }

    @Override
    public void close() {
        table.close();
    }
}
