// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.Arrays;

/**
 * How many slots each member gets: the floor or the ceiling of its exact share (largest remainder, Hamilton's method).
 *
 * <p>Equal remainders favour the lower index. The members are sorted by key, so when a pool of equals shrinks, those
 * that had the ceiling keep it and nobody gives a slot away only to make the sum fit.
 */
final class Quotas {
    private static final int INDEX_BITS = 20;

    private Quotas() {}

    /** Quotas that sum to {@code size}; weights are positive, at most {@code 2^20} of them. */
    static int[] of(int[] weights, int size) {
        long total = 0;
        for (int weight : weights) {
            total += weight;
        }
        int[] quotas = new int[weights.length];
        long[] byRemainder = new long[weights.length];
        int left = size;
        for (int i = 0; i < weights.length; i++) {
            long product = (long) weights[i] * size;
            quotas[i] = (int) (product / total);
            left -= quotas[i];
            // total < 2^36, so remainder and index share a long and primitives sort without a comparator.
            byRemainder[i] = ((total - product % total) << INDEX_BITS) | i;
        }
        Arrays.sort(byRemainder);
        for (int i = 0; i < left; i++) {
            quotas[(int) (byRemainder[i] & ((1 << INDEX_BITS) - 1))]++;
        }
        return quotas;
    }
}
