// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.Arrays;

/**
 * Finds the one matching of slots to members that {@link MaglevTable} defines.
 *
 * <p>It is deferred acceptance (Gale and Shapley 1962): members propose to slots in the order of their permutations
 * until their quota is met, a slot keeps the earliest proposal, and who is displaced goes on. The result does not
 * depend on who proposes when (McVitie and Wilson 1971), so the order here is the fastest one: rounds of growing
 * deadlines, each a batch of proposals. What a round settled no later proposal can win, so nearly all of the
 * {@code size * ln(size)} proposals end at one bit of a set that stays in the first-level cache. Almost half of them
 * would look for the last {@value #TAIL} slots; these are matched from the other side, by computing which rank they
 * have for the members that still want slots.
 *
 * <p>An instance is good for one run.
 */
final class SlotMatching {
    private static final int TAIL_BITS = 6;
    private static final int TAIL = 1 << TAIL_BITS;
    private static final int PROPOSALS_A_ROUND = 4096;

    private final int size;
    private final float[] times;
    private final int[] weights;
    private final int[] offsets;
    private final int[] skips;

    private final int[] missing;
    private final int[] rank;
    private final int[] position;
    private final float[] pace;

    private final int[] holder;
    private final float[] heldFrom;
    private final long[] settled;

    private final int[] claimed;
    private int claims;
    private final int[] displaced;
    private int displacements;

    private final int[] active;
    private int actives;

    /**
     * @param times {@code times[rank]}, ascending: when a member of weight 1 proposes to the slot at this rank
     * @param weights positive, by member index
     * @param quotas by member index, the sum is {@code size}
     */
    SlotMatching(int size, float[] times, int[] weights, int[] quotas, int[] offsets, int[] skips) {
        this.size = size;
        this.times = times;
        this.weights = weights;
        this.offsets = offsets;
        this.skips = skips;
        int members = weights.length;
        missing = quotas.clone();
        rank = new int[members];
        position = offsets.clone();
        pace = new float[members];
        for (int i = 0; i < members; i++) {
            pace[i] = 1f / weights[i];
        }
        holder = new int[size];
        heldFrom = new float[size];
        Arrays.fill(heldFrom, Float.POSITIVE_INFINITY);
        settled = new long[(size >> 6) + 1];
        claimed = new int[size];
        displaced = new int[members];
        active = new int[members];
        for (int i = 0; i < members; i++) {
            active[i] = i;
        }
        actives = members;
    }

    /** The member index that holds each slot. */
    int[] run() {
        int free = size;
        keepActive();
        while (free > TAIL) {
            float deadline = nextDeadline();
            for (int a = 0; a < actives; a++) {
                propose(active[a], deadline);
            }
            while (displacements > 0) {
                propose(displaced[--displacements], deadline);
            }
            free -= claims;
            settle();
            keepActive();
        }
        if (free > 0) {
            matchTail(free);
        }
        return holder;
    }

    /** The slots of a round depend on the deadline only in speed; it is never before the earliest open proposal. */
    private float nextDeadline() {
        float earliest = Float.MAX_VALUE;
        long weight = 0;
        for (int a = 0; a < actives; a++) {
            int member = active[a];
            weight += weights[member];
            earliest = Math.min(earliest, times[rank[member]] * pace[member]);
        }
        double proposalsPerTime = (double) weight * size;
        return (float) (earliest + Math.max(PROPOSALS_A_ROUND, actives) / proposalsPerTime);
    }

    private void propose(int member, float deadline) {
        int at = position[member];
        int next = rank[member];
        int wanted = missing[member];
        int skip = skips[member];
        float step = pace[member];
        float time;
        while (wanted > 0 && (time = times[next] * step) <= deadline) {
            if ((settled[at >> 6] & 1L << at) == 0 && wins(member, time, at)) {
                take(member, time, at);
                wanted--;
            }
            next++;
            at += skip;
            if (at >= size) {
                at -= size;
            }
        }
        position[member] = at;
        rank[member] = next;
        missing[member] = wanted;
    }

    private boolean wins(int member, float time, int slot) {
        float held = heldFrom[slot];
        return time < held || (time == held && member < holder[slot]);
    }

    private void take(int member, float time, int slot) {
        if (heldFrom[slot] == Float.POSITIVE_INFINITY) {
            claimed[claims++] = slot;
        } else {
            int loser = holder[slot];
            // Who misses slots already is waiting for a turn or has reached the deadline: only the sated must be woken.
            if (missing[loser]++ == 0) {
                displaced[displacements++] = loser;
            }
        }
        holder[slot] = member;
        heldFrom[slot] = time;
    }

    private void settle() {
        for (int i = 0; i < claims; i++) {
            int slot = claimed[i];
            settled[slot >> 6] |= 1L << slot;
        }
        claims = 0;
    }

    private void keepActive() {
        int kept = 0;
        for (int a = 0; a < actives; a++) {
            int member = active[a];
            if (missing[member] > 0) {
                active[kept++] = member;
            }
        }
        actives = kept;
    }

    /** At most {@value #TAIL} slots and as many members are left, so all their pairs are few. */
    private void matchTail(int free) {
        int[] slots = freeSlots(free);
        int[][] wishes = new int[weights.length][];
        for (int a = 0; a < actives; a++) {
            wishes[active[a]] = byRank(active[a], slots);
            rank[active[a]] = 0;
            displaced[displacements++] = active[a];
        }
        while (displacements > 0) {
            int member = displaced[--displacements];
            int[] wished = wishes[member];
            while (missing[member] > 0) {
                int wish = wished[rank[member]++];
                int slot = slots[wish & (TAIL - 1)];
                float time = times[wish >> TAIL_BITS] * pace[member];
                if (wins(member, time, slot)) {
                    take(member, time, slot);
                    missing[member]--;
                }
            }
        }
    }

    private int[] freeSlots(int free) {
        int[] slots = new int[free];
        int found = 0;
        for (int slot = 0; found < free; slot++) {
            if (heldFrom[slot] == Float.POSITIVE_INFINITY) {
                slots[found++] = slot;
            }
        }
        return slots;
    }

    /** The slots' ranks for a member, ascending, each with the index of the slot in the low bits. */
    private int[] byRank(int member, int[] slots) {
        long inverse = inverse(skips[member]);
        int[] ranks = new int[slots.length];
        for (int i = 0; i < slots.length; i++) {
            long distance = slots[i] - offsets[member] + (long) size;
            ranks[i] = ((int) (distance * inverse % size) << TAIL_BITS) | i;
        }
        Arrays.sort(ranks);
        return ranks;
    }

    /** The inverse modulo {@code size}, which is prime, by Euclid's algorithm. */
    private long inverse(int value) {
        int remainder = size;
        int nextRemainder = value;
        int factor = 0;
        int nextFactor = 1;
        while (nextRemainder != 0) {
            int quotient = remainder / nextRemainder;
            int r = remainder - quotient * nextRemainder;
            remainder = nextRemainder;
            nextRemainder = r;
            int f = factor - quotient * nextFactor;
            factor = nextFactor;
            nextFactor = f;
        }
        return factor < 0 ? factor + size : factor;
    }
}
