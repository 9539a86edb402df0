// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;

/** The kernel's routes and neighbours. */
interface RoutingTable extends AutoCloseable {
    /**
     * The way to a destination.
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

    /** The name of an interface, for people. */
    String interfaceName(int ifindex) throws IOException;

    @Override
    void close();
}
