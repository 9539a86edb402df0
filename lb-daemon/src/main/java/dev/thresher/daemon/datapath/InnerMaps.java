// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Reads a map of maps, each of which holds one value. */
final class InnerMaps {
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private InnerMaps() {}

    /** The value of the map at an index; empty when there is none. */
    static Optional<byte[]> read(BpfMap outer, int index) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(index)
                .array();
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
                try (BpfMap open = inner.get()) {
                    return open.lookup(FIRST);
                }
            }
        }
    }
}
