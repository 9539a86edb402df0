// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import dev.thresher.config.IpPrefix;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What the host shall be a real server for.
 *
 * @param vips addresses, or prefixes of a VIP that is one
 * @param interfaceName where the load balancer's packets come in
 * @param encapsulation how they are wrapped
 * @param guePort UDP port of GUE
 * @param decapsulator what takes the outer header off
 * @param mtu what the interface's MTU shall be, in bytes; null: it stays, and the host announces a smaller MSS
 */
public record Wanted(
        List<IpPrefix> vips,
        String interfaceName,
        Encapsulation encapsulation,
        int guePort,
        Decapsulator decapsulator,
        @Nullable Integer mtu) {

    /** A list that cannot change. */
    public Wanted {
        vips = List.copyOf(vips);
    }

    /** How the load balancer wraps packets. */
    public enum Encapsulation {
        /** IP in IP. */
        IPIP,
        /** UDP, and IP in it. */
        GUE,
        /** Not at all. */
        L2
    }

    /** What takes the outer header off. */
    public enum Decapsulator {
        /** Our program on the interface. */
        XDP,
        /** Tunnel devices of the kernel. */
        KERNEL
    }

    Set<Family> vipFamilies() {
        Set<Family> families = new TreeSet<>();
        vips.forEach(vip -> families.add(vip.isIpv4() ? Family.IPV4 : Family.IPV6));
        return families;
    }
}
