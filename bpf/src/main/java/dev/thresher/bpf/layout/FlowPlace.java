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

    /** Index, in the whole table, of the entry that the program tries after {@code before} others for a new flow. */
    public int entry(int before) {
        return pair * FlowEntry.PER_PAIR + (home ^ before);
    }

    /**
     * The same for the search of a recorded flow: the place that the hash names, then its bucket from the start, then the
     * neighbour. {@code before} is 0 to {@link FlowEntry#PER_PAIR}.
     */
    public int searched(int before) {
        if (before == 0) {
            return entry(0);
        }
        int bucket = home & (FlowEntry.PER_PAIR / 2);
        return pair * FlowEntry.PER_PAIR + (bucket ^ (before - 1));
    }
}
