// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.ProgramSettings;
import java.util.EnumMap;
import java.util.Map;

/**
 * The program as it was loaded once, with the maps that it reads. Some may be shared with an earlier load; the program
 * is attached to nothing by this.
 */
final class LoadedMaps implements AutoCloseable {
    private static final String PROGRAM = "lb";

    private final BpfObject object;
    private final Capacity capacity;
    private final ProgramSettings settings;
    private final Map<LbMap, BpfMap> maps = new EnumMap<>(LbMap.class);
    private final FlowTable flows;
    private final FlowTable fragments;
    private final KernelVips vips;

    private LoadedMaps(BpfObject object, Capacity capacity, ProgramSettings settings) {
        this.object = object;
        this.capacity = capacity;
        this.settings = settings;
        for (LbMap map : LbMap.values()) {
            maps.put(map, object.map(map.mapName()));
        }
        this.flows = table(map(LbMap.FLOWS));
        this.fragments = table(map(LbMap.FRAGMENTS));
        this.vips = new KernelVips(map(LbMap.VIPS), map(LbMap.VIP_PREFIXES), map(LbMap.FOREIGN));
    }

    /**
     * Loads the program.
     *
     * @param shared maps that it uses instead of new ones; settings among them do not count, for each load has its own
     */
    static LoadedMaps load(ProgramSettings settings, Capacity capacity, Map<LbMap, BpfMap> shared) {
        BpfObject object = BpfObject.open("lb.bpf.o");
        try {
            object.setReadOnlyData(settings.encode());
            for (LbMap map : LbMap.values()) {
                int entries = capacity.entries(map);
                if (entries > 0) {
                    object.setMaxEntries(map.mapName(), entries);
                }
            }
            shared.forEach((map, existing) -> {
                if (map != LbMap.SETTINGS) {
                    object.reuse(map.mapName(), existing);
                }
            });
            return new LoadedMaps(object.load(), capacity, settings);
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    static FlowTable table(BpfMap map) {
        MappedArray memory = map.map();
        return new FlowTable(memory.buffer(), memory::close);
    }

    BpfProgram program() {
        return object.program(PROGRAM);
    }

    Capacity capacity() {
        return capacity;
    }

    ProgramSettings settings() {
        return settings;
    }

    FlowTable flows() {
        return flows;
    }

    FlowTable fragments() {
        return fragments;
    }

    KernelVips vips() {
        return vips;
    }

    BpfMap map(LbMap map) {
        return map.in(maps);
    }

    /** Those that a load for other sizes could share. */
    Map<LbMap, BpfMap> thatFit(Capacity wanted) {
        Map<LbMap, BpfMap> fitting = new EnumMap<>(maps);
        fitting.keySet().removeIf(map -> capacity.entries(map) != wanted.entries(map));
        return fitting;
    }

    /** All of them. */
    Map<LbMap, BpfMap> all() {
        return new EnumMap<>(maps);
    }

    /** Kernel memory in bytes, by map. */
    Map<String, Long> memory() {
        return new KernelMemory(this::map, object.map(MapNames.ICMP_BUDGET)).bytes();
    }

    @Override
    public void close() {
        flows.close();
        fragments.close();
        object.close();
    }
}
