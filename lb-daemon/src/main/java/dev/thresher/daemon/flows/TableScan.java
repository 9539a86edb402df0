// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.Member;
import dev.thresher.daemon.datapath.FlowTable;
import dev.thresher.daemon.datapath.ProgramMaps;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Looks at every place of the table, in their order. */
final class TableScan implements FlowScan {
    private static final int PLACES_A_STEP = 1 << 16;
    private static final int PLACES_A_LOOK = 1 << 9;

    private final ProgramMaps maps;
    private final MemberIndex members;
    private final Predicate<Member> wanted;
    private int next;

    TableScan(ProgramMaps maps, MemberIndex members, Predicate<Member> wanted) {
        this.maps = maps;
        this.members = members;
        this.wanted = wanted;
    }

    @Override
    public boolean step(int most, Consumer<Flow> found) {
        FlowTable table = maps.flows();
        FlowReader reader = new FlowReader(maps);
        int end = Math.min(table.size(), next + PLACES_A_STEP);
        int[] count = {0};
        while (next < end && count[0] < most) {
            int until = Math.min(end, next + PLACES_A_LOOK);
            table.visit(next, until, (place, entry) -> {
                Member member = members.get(FlowEntry.memberOf(entry));
                if (member != null && wanted.test(member)) {
                    found.accept(reader.flow(place, FlowEntry.decode(entry), member, null));
                    count[0]++;
                }
            });
            next = until;
        }
        return next < table.size();
    }
}
