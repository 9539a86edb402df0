// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MacAddress;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the kernel's neighbour table, or the news of one.
 *
 * @param ifindex the interface
 * @param address the IP address
 * @param state the NUD_* bit
 * @param mac the Ethernet address, or null while or when it is not known
 */
record Neighbour(
        int ifindex,
        InetAddress address,
        int state,
        @Nullable MacAddress mac) {
    private static final int VALID = Netlink.NUD_PERMANENT
            | Netlink.NUD_NOARP
            | Netlink.NUD_REACHABLE
            | Netlink.NUD_STALE
            | Netlink.NUD_DELAY
            | Netlink.NUD_PROBE;
    private static final int VERIFIED_OR_BEING_SO =
            Netlink.NUD_PERMANENT | Netlink.NUD_NOARP | Netlink.NUD_REACHABLE | Netlink.NUD_DELAY | Netlink.NUD_PROBE;

    /** The address that the kernel itself would send to now, or null. */
    @Nullable
    MacAddress usableMac() {
        return (state & VALID) != 0 ? mac : null;
    }

    /** Is the address known to be right, or being asked for right now? If not, it wants a packet to be sent. */
    boolean isVerifiedOrBeingSo() {
        return (state & VERIFIED_OR_BEING_SO) != 0;
    }

    /** The same one after the kernel has removed it. */
    Neighbour forgotten() {
        return new Neighbour(ifindex, address, 0, null);
    }
}
