// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;

/** The kernel's interfaces, routes and neighbours. */
interface RoutingTable extends AutoCloseable {
    /**
     * The route to a destination.
     *
     * @throws NetlinkException ENETUNREACH when there is none; EHOSTUNREACH, EACCES or EINVAL when a route of type
     *     unreachable, prohibit or blackhole forbids it
     */
    Route route(InetAddress destination) throws IOException;

    Optional<Neighbour> neighbour(int ifindex, InetAddress address) throws IOException;

    /**
     * Counts as a packet to that neighbour: the kernel resolves it if it must, and verifies it if that was long ago.
     * Nothing is sent but ARP or neighbour discovery.
     */
    void use(int ifindex, InetAddress address) throws IOException;

    /** An interface; empty when there is none of that number (any more). */
    Optional<Link> link(int ifindex) throws IOException;

    /** Does its driver send frames that XDP redirects to it? Generic mode does not need it to. */
    boolean sendsRedirected(Link link) throws IOException;

    @Override
    void close();
}
