// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/** Maps of maps, each of which holds one value. */
final class InnerMaps {
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private InnerMaps() {}

    /** The value of the map at an index; empty when there is none. */
    static Optional<byte[]> read(BpfMap outer, int index) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
        Optional<BpfMap> inner = open(outer, key);
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
            int number =
                    ByteBuffer.wrap(id.get()).order(ByteOrder.nativeOrder()).getInt();
            Optional<BpfMap> inner = BpfMap.openId(outer.name(), number);
            // It may have been replaced since: then there is another.
            if (inner.isPresent()) {
                return inner;
            }
        }
    }
}
