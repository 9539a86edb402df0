// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a map of maps, each of which holds one value. */
final class InnerMaps {
    /** Each is a file descriptor meanwhile. */
    private static final int AT_ONCE = 256;

    private static final byte[] FIRST = new byte[Integer.BYTES];

    private InnerMaps() {}

    /** Puts the maps of one map of maps into another too, at the same indexes, as far as that reaches. */
    static void share(BpfMap from, BpfMap to) {
        List<Integer> indexes = new ArrayList<>();
        List<BpfMap> inner = new ArrayList<>();
        try {
            from.forEach((key, id) -> {
                int index = Keys.number(key);
                if (index < to.info().maxEntries()) {
                    BpfMap.openId(from.name(), Keys.number(id)).ifPresent(map -> {
                        indexes.add(index);
                        inner.add(map);
                    });
                }
                if (inner.size() == AT_ONCE) {
                    put(to, indexes, inner);
                }
            });
            put(to, indexes, inner);
        } finally {
            inner.forEach(BpfMap::close);
        }
    }

    private static void put(BpfMap to, List<Integer> indexes, List<BpfMap> inner) {
        if (!inner.isEmpty()) {
            to.updateInner(indexes, inner);
            inner.forEach(BpfMap::close);
            inner.clear();
            indexes.clear();
        }
    }

    /** Waits until no packet is on its way that began before: what replaces a map of maps' map waits for that. */
    static void awaitReaders(BpfMap outer, int index) {
        outer.lookup(Keys.of(index))
                .flatMap(id -> BpfMap.openId(outer.name(), Keys.number(id)))
                .ifPresent(same -> {
                    try (same) {
                        outer.updateInner(List.of(index), List.of(same));
                    }
                });
    }

    /** The value of the map at an index; empty when there is none. */
    static Optional<byte[]> read(BpfMap outer, int index) {
        byte[] key = Keys.of(index);
        while (true) {
            Optional<byte[]> id = outer.lookup(key);
            if (id.isEmpty()) {
                return Optional.empty();
            }
            Optional<BpfMap> inner = BpfMap.openId(outer.name(), Keys.number(id.get()));
            // It may have been replaced since: then there is another.
            if (inner.isPresent()) {
                try (BpfMap open = inner.get()) {
                    return open.lookup(FIRST);
                }
            }
        }
    }
}
