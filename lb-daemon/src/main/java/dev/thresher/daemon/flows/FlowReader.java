// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.Member;
import dev.thresher.daemon.datapath.FlowTable;
import dev.thresher.daemon.datapath.ProgramMaps;
import org.jspecify.annotations.Nullable;

/** Entries of the connection table as flows, with one reading of its clock. */
final class FlowReader {
    private final ProgramMaps maps;
    private final long nowTicks;

    FlowReader(ProgramMaps maps) {
        this.maps = maps;
        this.nowTicks = maps.nowTicks();
    }

    Flow flow(int place, FlowEntry entry, Member member, @Nullable Client client) {
        boolean expired = FlowTable.isExpired(entry, nowTicks, maps.settings().ticks());
        return new Flow(
                member,
                client,
                FlowState.of(entry, member.vip().protocol(), expired),
                maps.age(entry.age(nowTicks)),
                place);
    }
}
