// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.Member;
import dev.thresher.daemon.datapath.FlowTable;
import dev.thresher.daemon.datapath.ProgramMaps;
import dev.thresher.daemon.state.FlowCensus;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts entries in the order of their places. */
final class TableCounting implements FlowCounting {
    private static final int PLACES_A_STEP = 1 << 16;

    private final ProgramMaps maps;
    private final Map<Member, Integer> ids;
    private final int[] living;
    private FlowCensus sum = FlowCensus.NONE;
    private int next;

    TableCounting(ProgramMaps maps, Map<Member, Integer> ids) {
        this.maps = maps;
        this.ids = ids;
        this.living = new int[maps.memberCapacity()];
    }

    @Override
    public Optional<FlowCount> step() {
        FlowTable table = maps.flows();
        FlowTable.Census census =
                new FlowTable.Census(maps.nowTicks(), maps.settings().ticks());
        int end = Math.min(table.size(), next + PLACES_A_STEP);
        table.visit(next, end, (place, entry) -> {
            int member = FlowEntry.memberOf(entry);
            if (!census.count(entry) && member < living.length) {
                living[member]++;
            }
        });
        sum = sum.plus(census.of(end - next));
        next = end;
        return next < table.size() ? Optional.empty() : Optional.of(result());
    }

    private FlowCount result() {
        Map<Member, Integer> members = new HashMap<>();
        ids.forEach((member, id) -> members.put(member, living[id]));
        return new FlowCount(sum, members);
    }
}
