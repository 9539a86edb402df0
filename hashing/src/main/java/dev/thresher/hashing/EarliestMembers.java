// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.Arrays;

/**
 * For each slot the member that asks for it first, among members of equal weight.
 *
 * <p>From a slot to the next, its rank for a member grows by a constant modulo the size. So the ranks of a block of slots
 * are those of the first block plus one number, less {@code size} where that is too much. These are sums over arrays
 * without a branch, which the JVM's optimizing compiler turns into vector instructions, as long as each array has the same
 * index and the minimum is spelled out ({@code Math.min} it turns into a conditional move, and leaves the loop alone).
 */
final class EarliestMembers {
    private static final int BLOCK = 1024;
    private static final int SIGN = Integer.SIZE - 1;

    private final Matching matching;
    private final int memberBits;

    /** For each member the ranks of the first slots, as entries. */
    private final int[][] ramps;

    /** For each member the rank of a block's first slot, and how much that grows from block to block. */
    private final int[] starts;

    private final int[] strides;

    EarliestMembers(Matching matching) {
        this.matching = matching;
        int members = matching.members();
        memberBits = bitsOf(members);
        ramps = new int[members][BLOCK];
        starts = new int[members];
        strides = new int[members];
        for (int member = 0; member < members; member++) {
            int step = matching.step(member);
            starts[member] = matching.rank(member, 0, step);
            strides[member] = (int) ((long) step * BLOCK % matching.size());
            int rank = 0;
            for (int slot = 0; slot < BLOCK; slot++) {
                ramps[member][slot] = entry(rank, member);
                rank = sum(rank, step);
            }
        }
    }

    private static int bitsOf(int members) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(members - 1);
    }

    /** By slot, the earliest member and its rank: an entry. Of two with the same rank it is the lower. */
    int[] find() {
        int[] earliest = new int[matching.size()];
        int[] block = new int[BLOCK];
        for (int slot = 0; slot < earliest.length; slot += BLOCK) {
            Arrays.fill(block, Integer.MAX_VALUE);
            for (int member = 0; member < starts.length; member++) {
                int start = starts[member];
                lower(block, ramps[member], (start - matching.size()) << memberBits, matching.size() << memberBits);
                starts[member] = sum(start, strides[member]);
            }
            System.arraycopy(block, 0, earliest, slot, Math.min(BLOCK, earliest.length - slot));
        }
        return earliest;
    }

    /** Entries order by rank, then by member, and are added and wrapped like ranks. */
    private static void lower(int[] block, int[] ramp, int start, int limit) {
        for (int i = 0; i < block.length; i++) {
            int entry = ramp[i] + start;
            entry += limit & (entry >> SIGN);
            int difference = entry - block[i];
            block[i] += difference & (difference >> SIGN);
        }
    }

    private int sum(int rank, int step) {
        int sum = rank + step - matching.size();
        return sum + (matching.size() & (sum >> SIGN));
    }

    int entry(int rank, int member) {
        return rank << memberBits | member;
    }

    int rank(int entry) {
        return entry >> memberBits;
    }

    int member(int entry) {
        return entry & ((1 << memberBits) - 1);
    }
}
