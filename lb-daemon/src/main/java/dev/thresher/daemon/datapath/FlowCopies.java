// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.FlowEntry;
import java.util.HashMap;
import java.util.Map;

/**
 * Takes out the copies that {@link FlowTransfer} made when a table grew, once a packet has told which of them is the flow: that one
 * was seen later than the others. Copies of flows that stay silent expire by themselves.
 */
final class FlowCopies {
    /** What is left of an entry then is tag and member. */
    private static final int NAME_SHIFT = Long.numberOfTrailingZeros(new FlowEntry(0, 1, 0, false, false).encode());

    private final FlowTable table;
    private final int pairs;

    /** @param pairs of the table before it grew */
    FlowCopies(FlowTable table, int pairs) {
        this.table = table;
        this.pairs = pairs;
    }

    /** Looks at one of {@code parts} equal parts. */
    void sweep(int part, int parts, long nowTicks) {
        for (int pair = pairs * part / parts; pair < pairs * (part + 1) / parts; pair++) {
            sweep(pair, nowTicks);
        }
    }

    private void sweep(int pair, long nowTicks) {
        Map<Long, Integer> youngest = new HashMap<>();
        visitCopies(
                pair,
                (place, entry) -> youngest.merge(
                        entry >>> NAME_SHIFT, FlowEntry.decode(entry).age(nowTicks), Math::min));
        visitCopies(pair, (place, entry) -> {
            if (FlowEntry.decode(entry).age(nowTicks) > youngest.getOrDefault(entry >>> NAME_SHIFT, 0)) {
                table.replace(place, entry, 0);
            }
        });
    }

    /** All pairs that a flow of this one could have been copied to. */
    private void visitCopies(int pair, FlowTable.Visitor visitor) {
        for (int copy = pair; copy < table.size() / FlowEntry.PER_PAIR; copy += pairs) {
            table.visit(copy * FlowEntry.PER_PAIR, (copy + 1) * FlowEntry.PER_PAIR, visitor);
        }
    }
}
