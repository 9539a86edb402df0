// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import java.net.InetAddress;

/** Where packets for one real server are sent, or why they cannot be. */
public sealed interface Resolution {
    /**
     * The next hop is known.
     *
     * @param destination its Ethernet address
     * @param gateway its address: a router's, or the real server's own when that is directly connected
     */
    record Resolved(MacAddress destination, InetAddress gateway) implements Resolution {}

    /**
     * There is no usable next hop.
     *
     * @param reason for people, naming the real server: {@code no route to 10.0.3.11}
     */
    record Unresolved(String reason) implements Resolution {}
}
