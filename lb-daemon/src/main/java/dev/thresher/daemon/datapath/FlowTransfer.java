// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import java.util.function.IntUnaryOperator;

/**
 * Carries the living entries of one connection table over to another, which may have another size; while programs write to both.
 *
 * <p>An entry does not hold the bits of the hash that a larger table's index has more of. So growing puts it into every
 * pair of buckets that the flow may be looked for in: copies, of which the flow's packets keep one alive, and the others expire. They take
 * nothing from anybody that the smaller table had not taken, for the larger one has as many pairs for each. Shrinking
 * puts several pairs into one; what finds no room there gives way as it would to a new flow, strangers before
 * those that are established, and long silent ones before others.
 */
final class FlowTransfer {
    private final FlowTable from;
    private final FlowTable to;
    private final IntUnaryOperator memberIds;
    private final Ticks ticks;
    private final int fromPairs;
    private final int toPairs;

    /** Flows that were carried over, and those that found no room. */
    record Result(int carried, int lost) {}

    /**
     * Makes a transfer.
     *
     * @param memberIds the new id of an old one; 0 for none, and then the entry stays behind
     */
    FlowTransfer(FlowTable from, FlowTable to, IntUnaryOperator memberIds, Ticks ticks) {
        this.from = from;
        this.to = to;
        this.memberIds = memberIds;
        this.ticks = ticks;
        this.fromPairs = from.size() / FlowEntry.PER_PAIR;
        this.toPairs = to.size() / FlowEntry.PER_PAIR;
    }

    /** Goes through the whole table. A second run adds what has changed since the first. */
    Result run(long nowTicks) {
        int[] counts = new int[2];
        from.visit(0, from.size(), (place, old) -> {
            int member = memberIds.applyAsInt(FlowEntry.memberOf(old));
            FlowEntry entry = FlowEntry.decode(old);
            if (member == 0 || FlowTable.isExpired(entry, nowTicks, ticks)) {
                return;
            }
            FlowEntry renamed = new FlowEntry(entry.tag(), member, entry.seen(), entry.confirmed(), entry.shortLived());
            counts[carry(place, renamed, nowTicks) ? 0 : 1]++;
        });
        return new Result(counts[0], counts[1]);
    }

    private boolean carry(int place, FlowEntry entry, long nowTicks) {
        int pair = place / FlowEntry.PER_PAIR;
        int home = place % FlowEntry.PER_PAIR;
        if (toPairs < fromPairs) {
            return put(pair & (toPairs - 1), home, entry, nowTicks);
        }
        boolean all = true;
        for (int candidate = pair; candidate < toPairs; candidate += fromPairs) {
            all &= put(candidate, home, entry, nowTicks);
        }
        return all;
    }

    /** Answers whether the flow has an entry in the pair now. */
    private boolean put(int pair, int home, FlowEntry entry, long nowTicks) {
        int first = pair * FlowEntry.PER_PAIR;
        for (int i = 0; i < FlowEntry.PER_PAIR; i++) {
            long there = to.entry(first + (home ^ i));
            if (there != 0 && FlowEntry.tagOf(there) == entry.tag()) {
                merge(first + (home ^ i), there, entry, nowTicks);
                return true;
            }
        }
        for (int i = 0; i < FlowEntry.PER_PAIR; i++) {
            int place = first + (home ^ i);
            long there = to.entry(place);
            if (isFree(there, nowTicks) && to.replace(place, there, entry.encode())) {
                return true;
            }
        }
        return displace(first, entry, nowTicks);
    }

    /** The same flow, of which the old program may have seen a packet since: not when the new one has moved it. */
    private void merge(int place, long there, FlowEntry entry, long nowTicks) {
        FlowEntry known = FlowEntry.decode(there);
        if (known.member() == entry.member() && worth(entry, nowTicks) > worth(known, nowTicks)) {
            to.replace(place, there, entry.encode());
        }
    }

    private boolean displace(int first, FlowEntry entry, long nowTicks) {
        int least = first;
        long leastWorth = Long.MAX_VALUE;
        for (int place = first; place < first + FlowEntry.PER_PAIR; place++) {
            long worth = worth(FlowEntry.decode(to.entry(place)), nowTicks);
            if (worth < leastWorth) {
                least = place;
                leastWorth = worth;
            }
        }
        if (worth(entry, nowTicks) > leastWorth) {
            to.replace(least, to.entry(least), entry.encode());
        }
        return false; // one of the two has lost its place
    }

    private boolean isFree(long entry, long nowTicks) {
        return entry == 0 || FlowTable.isExpired(FlowEntry.decode(entry), nowTicks, ticks);
    }

    /** Confirmed ones are worth more than others, and recent ones more than those long silent. */
    private static long worth(FlowEntry entry, long nowTicks) {
        return (entry.confirmed() ? 2L : 1L) * FlowEntry.SEEN_MODULUS - entry.age(nowTicks);
    }
}
