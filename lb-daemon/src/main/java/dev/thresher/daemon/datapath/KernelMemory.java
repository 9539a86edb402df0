// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What the maps of a load cost. */
final class KernelMemory {
    private final Function<LbMap, BpfMap> maps;
    private final BpfMap unpinned;

    /** @param unpinned the one map that is not among those that outlive the daemon */
    KernelMemory(Function<LbMap, BpfMap> maps, BpfMap unpinned) {
        this.maps = maps;
        this.unpinned = unpinned;
    }

    /** Bytes by map; an array of maps counts with the maps in it. */
    Map<String, Long> bytes() {
        Map<String, Long> bytes = new LinkedHashMap<>();
        for (LbMap map : LbMap.values()) {
            bytes.put(map.mapName(), maps.apply(map).memoryBytes());
        }
        bytes.put(unpinned.name(), unpinned.memoryBytes());
        for (LbMap outer : List.of(LbMap.VIPS, LbMap.TABLES)) {
            bytes.merge(outer.mapName(), inner(maps.apply(outer)), Long::sum);
        }
        return bytes;
    }

    private static long inner(BpfMap outer) {
        Set<Integer> ids = new HashSet<>();
        outer.forEach((key, id) ->
                ids.add(ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getInt()));
        long bytes = 0;
        for (int id : ids) {
            Optional<BpfMap> inner = BpfMap.openId(outer.name(), id);
            if (inner.isPresent()) {
                try (BpfMap open = inner.get()) {
                    bytes += open.memoryBytes();
                }
            }
        }
        return bytes;
    }
}
