// SPDX-License-Identifier: Apache-2.0
/**
 * The way to the real servers: which Ethernet address a packet for a real server is sent to, asked of the kernel's routes
 * and neighbours over netlink (RFC 3549) and kept current.
 */
package dev.thresher.daemon.nexthop;
