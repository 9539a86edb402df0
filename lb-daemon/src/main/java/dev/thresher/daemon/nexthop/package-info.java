// SPDX-License-Identifier: Apache-2.0
/**
 * The way to the real servers: by which interface and to which Ethernet address a packet for a real server is sent, asked of
 * the kernel's interfaces, routes and neighbours over netlink (RFC 3549) and kept current.
 *
 * <p>The kernel does not see the packets that the program sends, so it would let the neighbours' entries go stale and then
 * forget them. Each entry that goes stale is "used" ({@code NTF_USE}) as soon as the kernel says so, which makes the kernel
 * verify it. {@code NTF_EXT_MANAGED} would do the same but needs a kernel of 5.16, and outlives the daemon.
 */
package dev.thresher.daemon.nexthop;
