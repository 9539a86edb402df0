// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

/**
 * Who wants which slot when, and how many: all that the matching which {@link MaglevTable} defines follows from.
 *
 * @param size slots, a prime
 * @param times {@code times[rank]}, ascending: when a member of weight 1 asks for the slot at this rank
 * @param weights positive, by member index
 * @param quotas by member index; the sum is {@code size}
 * @param offsets by member index, the slot at rank 0
 * @param skips by member index, from the slot at one rank to that at the next
 */
@SuppressWarnings("ArrayRecordComponent") // Made for one table, and never compared.
record Matching(int size, float[] times, int[] weights, int[] quotas, int[] offsets, int[] skips) {
    int members() {
        return weights.length;
    }

    /** What {@code times} are multiplied by for a member. */
    float pace(int member) {
        return 1f / weights[member];
    }

    /** When a member asks for the slot at a rank, as the bits of the float: for positive ones the order is the same. */
    int timeBits(int rank, float pace) {
        return Float.floatToRawIntBits(times[rank] * pace);
    }

    /** The slot that a member has at a rank. */
    int slot(int member, int rank) {
        return (int) ((offsets[member] + (long) rank * skips[member]) % size);
    }

    /** By how much a slot's rank exceeds, modulo {@code size}, that of the slot before it, for a member. */
    int step(int member) {
        return inverse(skips[member]);
    }

    /** The rank that a slot has for a member whose {@link #step} is given. */
    int rank(int member, int slot, int step) {
        return (int) ((slot - offsets[member] + (long) size) * step % size);
    }

    /** The inverse modulo {@code size}, which is prime, by Euclid's algorithm. */
    private int inverse(int value) {
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
