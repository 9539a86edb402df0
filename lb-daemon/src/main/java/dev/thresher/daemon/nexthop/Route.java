// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.net.InetAddress;
import java.util.List;

/**
 * The kernel's route to a destination.
 *
 * @param kind RTN_UNICAST, RTN_LOCAL, …
 * @param ways at least one; several where the route is multipath
 * @param mtu the largest packet in bytes that the route is configured for; 0 if it does not say
 */
record Route(int kind, List<Way> ways, int mtu) {
    Route {
        ways = List.copyOf(ways);
    }

    /**
     * One way of a route.
     *
     * @param ifindex the outgoing interface
     * @param gateway the router, or the destination itself when it is directly connected; an IPv4 route may have an IPv6
     *     one
     * @param weight share of the traffic, from 1
     * @param dead the kernel does not use it: its interface is down or has no carrier
     */
    record Way(int ifindex, InetAddress gateway, int weight, boolean dead) {}
}
