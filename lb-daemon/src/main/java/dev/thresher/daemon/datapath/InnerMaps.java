// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Maps of maps, each of which holds one value. */
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

    /** The value of the map at an index; empty when there is none. */
    static Optional<byte[]> read(BpfMap outer, int index) {
        Optional<BpfMap> inner = open(outer, Keys.of(index));
        if (inner.isEmpty()) {
            return Optional.empty();
        }
        try (BpfMap open = inner.get()) {
            return open.lookup(FIRST);
        }
    }

    /**
     * Returns when no run of a program is underway any more that began before this call. So does each update of a map of
     * maps, for the sake of the map that it replaces (the kernel's maybe_wait_bpf_programs(), a grace period of RCU):
     * here the first one takes its own place. For the one thread that writes to {@code outer}.
     *
     * @param substitute is put there if there is none
     */
    static void awaitReaders(BpfMap outer, BpfMap substitute) {
        Optional<BpfMap> first = open(outer, FIRST);
        try {
            outer.updateInner(List.of(0), List.of(first.orElse(substitute)));
        } finally {
            first.ifPresent(BpfMap::close);
        }
    }

    private static Optional<BpfMap> open(BpfMap outer, byte[] key) {
        while (true) {
            Optional<byte[]> id = outer.lookup(key);
            if (id.isEmpty()) {
                return Optional.empty();
            }
            Optional<BpfMap> inner = BpfMap.openId(outer.name(), Keys.number(id.get()));
            // It may have been replaced since: then there is another.
            if (inner.isPresent()) {
                return inner;
            }
        }
    }
}
