// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Asks for each interface once, until it is told to forget: many real servers are behind one. */
final class LinkCache {
    private final RoutingTable table;
    private final Map<Integer, Optional<Link>> links = new HashMap<>();

    LinkCache(RoutingTable table) {
        this.table = table;
    }

    /** The interface, or null when there is none of that number. */
    @Nullable
    Link get(int ifindex) throws IOException {
        Optional<Link> known = links.get(ifindex);
        if (known == null) {
            known = table.link(ifindex);
            links.put(ifindex, known);
        }
        return known.orElse(null);
    }

    void clear() {
        links.clear();
    }
}
