// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/**
 * Where in the connection table a flow may be: a bucket, which its hash names, or that bucket's neighbour, which takes
 * what overflows.
 *
 * @param pair index of the map value that holds both
 * @param home index in the pair of the entry that the hash names
 */
public record FlowPlace(int pair, int home) {
    private static final int PLACE_BITS = Integer.numberOfTrailingZeros(FlowEntry.PER_PAIR);

    public static FlowPlace of(long hash, int pairs) {
        return new FlowPlace((int) (hash >>> PLACE_BITS) & (pairs - 1), (int) hash & (FlowEntry.PER_PAIR - 1));
    }

    /** Index, in the whole table, of the entry that the program looks at after {@code before} others. */
    public int entry(int before) {
        return pair * FlowEntry.PER_PAIR + (home ^ before);
    }
}
