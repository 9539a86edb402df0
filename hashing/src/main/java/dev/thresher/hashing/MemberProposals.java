// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.Arrays;

/**
 * Finds the one matching of slots to members that {@link MaglevTable} defines.
 *
 * <p>It is deferred acceptance (Gale and Shapley 1962): members propose to slots in the order of their permutations
 * until their quota is met, a slot keeps the earliest proposal, and who is displaced goes on. The result does not
 * depend on who proposes when (McVitie and Wilson 1971), so the order here is the fastest one: rounds up to growing
 * deadlines, in which each member makes a row of proposals. Most of the {@code size * ln(size)} proposals fail, and
 * a branch on that would be mispredicted every other time, so candidates are collected without a branch and taken in a
 * second pass. The last {@value #TAIL} slots would need almost half of all proposals; they are matched from the other
 * side, by computing which ranks they have for the members that still want slots.
 *
 * <p>An instance is good for one run.
 */
final class MemberProposals {
    private static final int TAIL_BITS = 7;
    private static final int TAIL = 1 << TAIL_BITS;
    private static final int ROW = 64;
    private static final int FREE = Integer.MAX_VALUE;

    private final Matching matching;
    private final int size;
    private final float[] times;
    private final int[] weights;
    private final int[] offsets;
    private final int[] skips;
    private final float[] pace;

    private final int[] missing;
    private final int[] rank;
    private final int[] position;

    private final int[] holder;
    /** The time of the proposal that a slot keeps, as the bits of the float: for positive ones the order is the same. */
    private final int[] held;

    private int free;

    private final int[] candidates = new int[ROW];
    private final int[] candidateRanks = new int[ROW];
    private final int[] displaced;
    private int displacements;
    private final int[] active;
    private int actives;

    MemberProposals(Matching matching) {
        this.matching = matching;
        this.size = matching.size();
        this.times = matching.times();
        this.weights = matching.weights();
        this.offsets = matching.offsets();
        this.skips = matching.skips();
        int members = weights.length;
        missing = matching.quotas().clone();
        rank = new int[members];
        position = offsets.clone();
        pace = new float[members];
        active = new int[members];
        for (int i = 0; i < members; i++) {
            pace[i] = matching.pace(i);
            active[i] = i;
        }
        actives = members;
        displaced = new int[members];
        holder = new int[size];
        held = new int[size];
        Arrays.fill(held, FREE);
        free = size;
    }

    /** The member index that holds each slot. */
    int[] run() {
        keepActive();
        while (free > TAIL) {
            float deadline = nextDeadline();
            for (int a = 0; a < actives; a++) {
                propose(active[a], deadline);
            }
            while (displacements > 0) {
                propose(displaced[--displacements], deadline);
            }
            keepActive();
        }
        matchTail();
        return holder;
    }

    /**
     * Deadlines decide the speed, not the result. Long rounds displace more, short ones visit each member more often for
     * less; so many proposals displace about {@code 2 * actives} holders, which measures best from 10 to 5000 members.
     */
    private float nextDeadline() {
        float earliest = Float.MAX_VALUE;
        long weight = 0;
        for (int a = 0; a < actives; a++) {
            int member = active[a];
            weight += weights[member];
            earliest = Math.min(earliest, times[rank[member]] * pace[member]);
        }
        double proposals = 2.0 * size * Math.sqrt((double) actives / free);
        double proposalsPerTime = (double) weight * size;
        return (float) (earliest + proposals / proposalsPerTime);
    }

    private void propose(int member, float deadline) {
        int skip = skips[member];
        int at = position[member];
        int next = rank[member];
        float memberPace = pace[member];
        boolean more = true;
        while (more) {
            int end = Math.min(size, next + ROW);
            int found = 0;
            float time;
            while (next < end && (time = times[next] * memberPace) <= deadline) {
                candidates[found] = at;
                candidateRanks[found] = next;
                found += (Float.floatToRawIntBits(time) - held[at] - 1) >>> 31; // 1 if not later than what is held
                next++;
                at = stepped(at, skip);
            }
            more = next == end;
            for (int i = 0; i < found; i++) {
                int bits = Float.floatToRawIntBits(times[candidateRanks[i]] * memberPace);
                if (takes(member, bits, candidates[i]) && missing[member] == 0) {
                    at = stepped(candidates[i], skip);
                    next = candidateRanks[i] + 1;
                    more = false;
                    break;
                }
            }
        }
        position[member] = at;
        rank[member] = next;
    }

    /** {@code (slot + skip) % size}, without division or branch. */
    private int stepped(int slot, int skip) {
        int step = slot + skip - size;
        return step + (size & (step >> 31));
    }

    private boolean takes(int member, int bits, int slot) {
        int kept = held[slot];
        int loser = holder[slot];
        if (bits > kept || (bits == kept && member > loser)) {
            return false;
        }
        held[slot] = bits;
        holder[slot] = member;
        missing[member]--;
        if (kept == FREE) {
            free--;
        } else if (missing[loser]++ == 0) {
            // Who misses slots already waits for a turn or has reached the deadline: only the sated must be woken.
            displaced[displacements++] = loser;
        }
        return true;
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

    /** Few slots and no more members than slots are left, so all their pairs can be looked at. */
    private void matchTail() {
        int[] slots = freeSlots();
        int[][] wishes = new int[weights.length][];
        for (int a = 0; a < actives; a++) {
            int member = active[a];
            wishes[member] = byRank(member, slots);
            rank[member] = 0;
            displaced[displacements++] = member;
        }
        while (displacements > 0) {
            int member = displaced[--displacements];
            while (missing[member] > 0) {
                int wish = wishes[member][rank[member]++];
                int bits = Float.floatToRawIntBits(times[wish >> TAIL_BITS] * pace[member]);
                takes(member, bits, slots[wish & (TAIL - 1)]);
            }
        }
    }

    private int[] freeSlots() {
        int[] slots = new int[free];
        int found = 0;
        for (int slot = 0; found < slots.length; slot++) {
            if (held[slot] == FREE) {
                slots[found++] = slot;
            }
        }
        return slots;
    }

    /** The slots' ranks for a member, ascending, each with the index of the slot in the low bits. */
    private int[] byRank(int member, int[] slots) {
        int step = matching.step(member);
        int[] ranks = new int[slots.length];
        for (int i = 0; i < slots.length; i++) {
            ranks[i] = (matching.rank(member, slots[i], step) << TAIL_BITS) | i;
        }
        Arrays.sort(ranks);
        return ranks;
    }
}
