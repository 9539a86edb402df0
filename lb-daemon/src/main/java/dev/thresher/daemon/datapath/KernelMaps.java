// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The maps of an earlier daemon of this instance: which of them a new program can go on with. All of them or none, but
 * for the connection table, whose size may have been edited.
 */
final class KernelMaps {
    private static final Logger LOG = LoggerFactory.getLogger(KernelMaps.class);
    private static final byte[] FIRST = new byte[Integer.BYTES];

    private KernelMaps() {}

    /** Opens the pinned maps that fit; none when there is no complete set of this version. */
    static Map<LbMap, BpfMap> adoptable(InstancePins pins, Capacity capacity) {
        Map<LbMap, BpfMap> found = new EnumMap<>(LbMap.class);
        for (LbMap map : LbMap.values()) {
            BpfMap.openPinned(map.mapName(), pins.map(map.pinName()).toString())
                    .ifPresent(opened -> found.put(map, opened));
        }
        if (found.isEmpty()) {
            return found;
        }
        if (!isUsable(found, capacity)) {
            LOG.warn("The maps in {} are of another version or incomplete: starting with new ones", pins.directory());
            found.values().forEach(BpfMap::close);
            return new EnumMap<>(LbMap.class);
        }
        dropIfResized(found, capacity);
        return found;
    }

    /** The key that the entries of an adopted connection table were hashed with. */
    static Optional<HashKey> hashKey(Map<LbMap, BpfMap> adopted) {
        return adopted.containsKey(LbMap.FLOWS)
                ? Optional.of(settingsOf(adopted).hashKey())
                : Optional.empty();
    }

    /** Has the object share the adopted maps. Settings belong to a program, so a new one gets its own. */
    static void reuse(BpfObject object, Map<LbMap, BpfMap> adopted) {
        adopted.forEach((map, pinned) -> {
            if (map != LbMap.SETTINGS) {
                object.reuse(map.mapName(), pinned);
            }
        });
    }

    private static boolean isUsable(Map<LbMap, BpfMap> found, Capacity capacity) {
        if (found.size() != LbMap.values().length) {
            return false;
        }
        byte[] settings = settingsBytes(found);
        return settings.length == ProgramSettings.LENGTH
                && ProgramSettings.versionOf(settings) == ProgramSettings.ABI_VERSION
                && entries(found, LbMap.MEMBERS) == capacity.members()
                && entries(found, LbMap.VIP_STATS) == capacity.vips();
    }

    private static void dropIfResized(Map<LbMap, BpfMap> found, Capacity capacity) {
        if (entries(found, LbMap.FLOWS) != capacity.flowPairs()) {
            LOG.warn(
                    "The connection table's size changed: flows start anew, and most keep their real server by Maglev");
            BpfMap flows = found.remove(LbMap.FLOWS);
            if (flows != null) {
                flows.close();
            }
        }
    }

    private static int entries(Map<LbMap, BpfMap> maps, LbMap map) {
        return get(maps, map).info().maxEntries();
    }

    private static ProgramSettings settingsOf(Map<LbMap, BpfMap> maps) {
        return ProgramSettings.decode(settingsBytes(maps));
    }

    private static byte[] settingsBytes(Map<LbMap, BpfMap> maps) {
        return get(maps, LbMap.SETTINGS).lookup(FIRST).orElseThrow();
    }

    private static BpfMap get(Map<LbMap, BpfMap> maps, LbMap map) {
        BpfMap found = maps.get(map);
        if (found == null) {
            throw new IllegalStateException("no map " + map.mapName());
        }
        return found;
    }
}
