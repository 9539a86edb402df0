// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.daemon.nexthop.Link.Vlan;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * How frames get from the program to the segment behind an interface: it makes whole frames and hands them to a port, where
 * no stack puts a tag in front or a tunnel around.
 *
 * @param egress number of the port that they leave by, {@link Resolved#SAME_PORT} for the one that they came in by
 * @param vlan what they are tagged with, as in {@link NextHop#vlan}
 * @param fault why they do not get there, for people, or null
 */
record Exit(int egress, int vlan, @Nullable String fault) {
    /** Of what is routed through {@code link}, when frames come in by {@code attached}. */
    static Exit of(Link link, Link attached, LinkCache links) throws IOException {
        Vlan vlan = link.vlan();
        if (vlan == null) {
            return through(link, NextHop.UNTAGGED, attached, links);
        }
        if (vlan.protocol() != Vlan.CUSTOMER) {
            return impossible(link.name() + ", whose frames have service tags (802.1ad): only 802.1Q is known");
        }
        Link lower = links.get(link.lower());
        if (lower == null) {
            return impossible(link.name() + ", which belongs to an interface of another network namespace");
        }
        if (lower.vlan() != null) {
            return impossible(link.name() + ", whose frames have two tags: only one is known");
        }
        return through(lower, vlan.id(), attached, links);
    }

    private static Exit through(Link port, int vlan, Link attached, LinkCache links) throws IOException {
        if (port.leavesBy(attached)) {
            // Whether a bridge tags what its own interface sends is for its ports' settings to say.
            boolean isOpen = port.isBridge() && vlan == NextHop.UNTAGGED;
            return new Exit(Resolved.SAME_PORT, isOpen ? NextHop.TAGS_AS_THEY_CAME : vlan, null);
        }
        if (!links.takesRedirected(port)) {
            return impossible(port.name() + ", which takes no frames from XDP"
                    + (port.kind().isEmpty() ? ": its driver has no ndo_xdp_xmit" : ": it is a " + port.kind()));
        }
        return new Exit(port.ifindex(), vlan, null);
    }

    private static Exit impossible(String through) {
        return new Exit(Resolved.SAME_PORT, NextHop.UNTAGGED, "is reached through " + through);
    }
}
