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
        boolean running) {

    /**
     * Does what is routed through this interface leave by the port of {@code attached}? So it does for the interface
     * itself, for the bond or bridge that it is a port of, and for a VLAN on either: packets keep the tag they came with.
     */
    boolean leavesBy(Link attached) {
        boolean isVlanOn = kind.equals("vlan") && isSelfOrMaster(lower, attached);
        return isSelfOrMaster(ifindex, attached) || isVlanOn;
    }

    private static boolean isSelfOrMaster(int ifindex, Link attached) {
        return ifindex == attached.ifindex || (ifindex != 0 && ifindex == attached.master);
    }
}
