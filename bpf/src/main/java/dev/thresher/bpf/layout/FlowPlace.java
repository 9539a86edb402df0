// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/**
 * Where in the connection table a flow may be: a bucket, which its hash names, or that bucket's neighbour, which takes
 * what overflows.
 *
 * @param pair index of the map value that holds both
 * @param home entries of the pair before the bucket that the hash names: 0 or half of them
 */
public record FlowPlace(int pair, int home) {
    public static FlowPlace of(long hash, int pairs) {
        return new FlowPlace((int) (hash >>> 1) & (pairs - 1), (int) (hash & 1) * (FlowEntry.PER_PAIR / 2));
    }

    /** Index, in the whole table, of the entry that the program looks at after {@code before} others. */
    public int entry(int before) {
        return pair * FlowEntry.PER_PAIR + (home ^ before);
    }
}
