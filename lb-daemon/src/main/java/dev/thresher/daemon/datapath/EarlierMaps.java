// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The pinned maps of an earlier daemon of this instance. */
final class EarlierMaps implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EarlierMaps.class);
    private static final byte[] FIRST = new byte[Integer.BYTES];

    /** These name no ids. */
    private static final Set<LbMap> NAMELESS = EnumSet.of(LbMap.COUNTERS, LbMap.EGRESS);

    private final Map<LbMap, BpfMap> maps;
    private final byte[] settings;

    private EarlierMaps(Map<LbMap, BpfMap> maps, byte[] settings) {
        this.maps = maps;
        this.settings = settings;
    }

    /** Opens those that are there. None of them counts if one is missing, or nobody knows how to read them. */
    static EarlierMaps open(InstancePins pins) {
        Map<LbMap, BpfMap> found = new EnumMap<>(LbMap.class);
        for (LbMap map : LbMap.values()) {
            BpfMap.openPinned(map.mapName(), pins.map(map.pinName()).toString())
                    .ifPresent(opened -> found.put(map, opened));
        }
        byte[] settings = found.size() == LbMap.values().length
                ? wholeSettings(LbMap.SETTINGS.in(found).lookup(FIRST).orElseThrow())
                : new byte[0];
        EarlierMaps earlier = new EarlierMaps(found, settings);
        if (!found.isEmpty() && !earlier.isUsable()) {
            LOG.warn("The maps in {} are of another version or incomplete: starting with new ones", pins.directory());
        }
        return earlier;
    }

    /** A version before ours may have fewer: what came later is zero. */
    private static byte[] wholeSettings(byte[] settings) {
        return Arrays.copyOf(settings, Math.max(settings.length, ProgramSettings.LENGTH));
    }

    boolean isUsable() {
        return settings.length > 0 && ProgramSettings.isReadable(ProgramSettings.versionOf(settings));
    }

    /** All of them, if they are usable. */
    Map<LbMap, BpfMap> maps() {
        return maps;
    }

    /** The key that the entries of the connection table were hashed with. */
    Optional<HashKey> hashKey() {
        return isUsable() ? Optional.of(ProgramSettings.decode(settings).hashKey()) : Optional.empty();
    }

    /** Those that a program of our version can use as they are, when maps are to have these sizes. */
    Map<LbMap, BpfMap> shareable(Capacity capacity) {
        Map<LbMap, BpfMap> shared = new EnumMap<>(LbMap.class);
        if (!isUsable() || ProgramSettings.versionOf(settings) != ProgramSettings.ABI_VERSION) {
            return shared;
        }
        boolean renames = Migration.renames(maps, capacity);
        maps.forEach((map, pinned) -> {
            int entries = capacity.entries(map);
            boolean fits = entries == 0 || entries == pinned.info().maxEntries();
            if (map != LbMap.SETTINGS && fits && (!renames || NAMELESS.contains(map))) {
                shared.put(map, pinned);
            }
        });
        return shared;
    }

    @Override
    public void close() {
        maps.values().forEach(BpfMap::close);
    }
}
