// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Asks for each interface once, until it is told to forget: many real servers are behind one. */
final class LinkCache {
    private final RoutingTable table;
    private final BooleanSupplier isGeneric;
    private final Map<Integer, Optional<Link>> links = new HashMap<>();
    private final Map<Link, Boolean> takers = new HashMap<>();

    LinkCache(RoutingTable table, BooleanSupplier isGeneric) {
        this.table = table;
        this.isGeneric = isGeneric;
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

    /** Can the program have frames sent by this interface, when they did not come in by it? */
    boolean takesRedirected(Link link) throws IOException {
        Boolean known = takers.get(link);
        if (known == null) {
            known = isGeneric.getAsBoolean() || table.sendsRedirected(link);
            takers.put(link, known);
        }
        return known;
    }

    void clear() {
        takers.clear();
        links.clear();
    }
}
