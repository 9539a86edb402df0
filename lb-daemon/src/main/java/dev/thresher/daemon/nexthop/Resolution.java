// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import java.net.InetAddress;

/** Where packets for one real server are sent, or why they cannot be. */
public sealed interface Resolution {
    /**
     * The next hop is known.
     *
     * @param destination its Ethernet address
     * @param source the Ethernet address of the interface that packets leave by
     * @param gateway its address: a router's, or the real server's own when that is directly connected
     * @param egress number of the interface that packets leave by; {@link #SAME_PORT} for the one that they came in by
     * @param mtu the largest IP packet in bytes, all headers included, that interface and route take; 0 if not known
     * @param vlan what frames are tagged with, as in {@link NextHop#vlan}
     */
    record Resolved(MacAddress destination, MacAddress source, InetAddress gateway, int egress, int mtu, int vlan)
            implements Resolution {
        /** Packets go back out of the port that the program is attached to. */
        public static final int SAME_PORT = 0;

        /** Behind an interface whose frames have no tag. */
        public Resolved(MacAddress destination, MacAddress source, InetAddress gateway, int egress, int mtu) {
            this(destination, source, gateway, egress, mtu, NextHop.UNTAGGED);
        }
    }

    /**
     * There is no usable next hop.
     *
     * @param reason for people, naming the real server: {@code no route to 10.0.3.11}
     * @param conclusive there is no way, so that a next hop that was known is worth nothing any more. Otherwise merely
     *     nobody answers at the moment, or the kernel cannot tell: what was known may still be true
     */
    record Unresolved(String reason, boolean conclusive) implements Resolution {}
}
