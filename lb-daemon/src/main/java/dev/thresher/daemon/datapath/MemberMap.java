// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads the map of members. */
final class MemberMap {
    private MemberMap() {}

    /** Those that are not free, by id. */
    static Map<Integer, MemberRecord> read(BpfMap map) {
        Map<Integer, MemberRecord> members = new LinkedHashMap<>();
        Values.visit(map, map.info().maxEntries(), (id, record) -> {
            if (id > 0 && MemberRecord.stateOf(record) != MemberState.FREE) {
                members.put(id, MemberRecord.decode(record));
            }
        });
        return members;
    }
}
