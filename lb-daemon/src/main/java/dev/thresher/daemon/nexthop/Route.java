// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.net.InetAddress;

/**
 * The kernel's way to a destination.
 *
 * @param kind RTN_UNICAST, RTN_LOCAL, …
 * @param ifindex the outgoing interface
 * @param gateway the router, or the destination itself when it is directly connected; an IPv4 route may have an IPv6 one
 */
record Route(int kind, int ifindex, InetAddress gateway) {}
