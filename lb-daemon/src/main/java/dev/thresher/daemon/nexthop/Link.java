// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import org.jspecify.annotations.Nullable;

/**
 * A network interface as the kernel has it now.
 *
 * @param ifindex its number
 * @param name for people
 * @param kind of a virtual one: {@code vlan}, {@code bond}, {@code veth}, …; empty for hardware
 * @param lower the interface that this one sends through, for a VLAN; else 0 or of no interest
 * @param master the bond or bridge that this one is a port of, or 0
 * @param mac its own Ethernet address, or null if it has none
 * @param mtu the largest IP packet in bytes
 * @param up switched on by the administrator
 * @param running up and ready to pass packets: it has a carrier
 * @param vlan of a VLAN, else null
 */
record Link(
        int ifindex,
        String name,
        String kind,
        int lower,
        int master,
        @Nullable MacAddress mac,
        int mtu,
        boolean up,
        boolean running,
        @Nullable Vlan vlan) {
    static final String VLAN = "vlan";

    /**
     * What tags say.
     *
     * @param id from 1 to 4094
     * @param protocol an Ethernet type, {@link #CUSTOMER} or that of service tags
     */
    record Vlan(int id, int protocol) {
        /** IEEE 802.1Q. */
        static final int CUSTOMER = 0x8100;
    }

    boolean isBridge() {
        return kind.equals("bridge");
    }

    /** Do frames sent through this interface leave by the port of {@code attached}: as that itself, or as its bond or bridge? */
    boolean leavesBy(Link attached) {
        return ifindex == attached.ifindex || ifindex == attached.master;
    }
}
