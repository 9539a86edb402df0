// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelProgram;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The maps of a program that an earlier daemon of this instance loaded. They are found by the program, which the pinned link
 * leads to: what a packet meets is what we go on with, whatever the daemon was about to do when it died.
 */
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

    /** Opens those of the program at work; none count if nobody knows how to read them. */
    static EarlierMaps open(InstancePins pins) {
        EarlierMaps earlier =
                KernelProgram.atWork(pins).map(EarlierMaps::of).orElseGet(() -> new EarlierMaps(Map.of(), new byte[0]));
        if (!earlier.maps.isEmpty() && !earlier.isUsable()) {
            LOG.warn(
                    "The maps of the program that {} holds are of another version: starting with new ones",
                    pins.link());
        }
        return earlier;
    }

    /** Opens those of the program before the one at work, if an earlier daemon died before it had done with them. */
    static Optional<EarlierMaps> openBefore(InstancePins pins) {
        return KernelProgram.openPinned(pins.before()).map(EarlierMaps::of).filter(EarlierMaps::isUsable);
    }

    private static EarlierMaps of(KernelProgram program) {
        Map<LbMap, BpfMap> found = new EnumMap<>(LbMap.class);
        try (program) {
            program.maps().forEach(map -> LbMap.of(map).ifPresentOrElse(known -> found.put(known, map), map::close));
        }
        byte[] settings = found.size() == LbMap.values().length
                ? wholeSettings(LbMap.SETTINGS.in(found).lookup(FIRST).orElseThrow())
                : new byte[0];
        return new EarlierMaps(found, settings);
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

    /** The clock of its connection table. */
    Ticks ticks() {
        return ProgramSettings.decode(settings).ticks();
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
