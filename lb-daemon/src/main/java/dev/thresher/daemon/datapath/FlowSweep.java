// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.daemon.state.FlowCensus;
import java.util.Arrays;

/**
 * Goes round the connection table in steps of equal size, removes what has expired and counts what is left. At each step
 * goes through all of the small table of fragments: an entry's age is modulo an hour, after which it would live again. One
 * thread steps.
 */
public final class FlowSweep {
    /** Steps of a round. */
    public static final int PARTS = 64;

    private final FlowTable table;
    private final FlowTable fragments;
    private final FlowCensus[] parts = new FlowCensus[PARTS];
    private int next;

    public FlowSweep(FlowTable table, FlowTable fragments) {
        this.table = table;
        this.fragments = fragments;
        Arrays.fill(parts, FlowCensus.NONE);
    }

    /** Does it go round this table? */
    public boolean isOf(FlowTable other) {
        return table == other; // the same memory
    }

    /** Sweeps the next part; what it answers is what was removed there. */
    public int step(long nowTicks, Ticks ticks) {
        if (table.hasCopies()) {
            table.copies().sweep(next, PARTS, nowTicks);
        }
        fragments.sweep(0, fragments.size(), nowTicks, ofFragments(ticks));
        int places = table.size() / PARTS;
        FlowCensus part = table.sweep(next * places, (next + 1) * places, nowTicks, ticks);
        parts[next] = new FlowCensus(part.places(), part.confirmed(), part.unconfirmed(), 0);
        next = (next + 1) % PARTS;
        return part.expired();
    }

    private static Ticks ofFragments(Ticks ticks) {
        int last = FlowEntry.FRAGMENT_TICKS;
        return new Ticks(ticks.shift(), last, last, last);
    }

    /**
     * The whole table, as it was when each part was swept last. Before the first round is over, the parts that were not
     * swept yet are taken to be like those that were: the hash sees to that.
     */
    public FlowCensus census() {
        return Arrays.stream(parts).reduce(FlowCensus.NONE, FlowCensus::plus).scaledTo(table.size());
    }
}
