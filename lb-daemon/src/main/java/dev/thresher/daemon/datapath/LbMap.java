// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.MapNames;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The maps that outlive the daemon, as long as the program that reads them is attached. */
enum LbMap {
    VIPS(MapNames.VIPS),
    VIP_PREFIXES(MapNames.VIP_PREFIXES),
    FOREIGN(MapNames.FOREIGN),
    MEMBERS(MapNames.MEMBERS),
    TABLES(MapNames.TABLES),
    MEMBER_STATS(MapNames.MEMBER_STATS),
    VIP_STATS(MapNames.VIP_STATS),
    COUNTERS(MapNames.COUNTERS),
    FRAGMENTS(MapNames.FRAGMENTS),
    EGRESS(MapNames.EGRESS),
    QUIC_CONFIGS(MapNames.QUIC_CONFIGS),
    QUIC_SERVERS(MapNames.QUIC_SERVERS),
    SOURCE_ROUTES(MapNames.SOURCE_ROUTES),
    FLOWS(MapNames.FLOWS),
    SETTINGS(".rodata");

    private final String mapName;

    LbMap(String mapName) {
        this.mapName = mapName;
    }

    /** Its name in the object. */
    String mapName() {
        return mapName;
    }

    /** This one among others. */
    BpfMap in(Map<LbMap, BpfMap> maps) {
        BpfMap found = maps.get(this);
        if (found == null) {
            throw new IllegalStateException("no map " + this);
        }
        return found;
    }

    /** Which one a map is by the kernel's name of it, which for settings begins with something that says nothing. */
    static Optional<LbMap> of(BpfMap map) {
        String name = map.info().name();
        return Arrays.stream(values())
                .filter(each -> each == SETTINGS ? name.endsWith(each.mapName) : name.equals(each.mapName))
                .findFirst();
    }
}
