// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import java.util.Arrays;

/** Ranks, the highest of which comes out first: a binary heap of ints, put in order when the first one is taken out. */
final class RankHeap {
    private static final int ROOM = 64;

    private int[] ranks = new int[ROOM];
    private int size;
    private boolean ordered;

    boolean isEmpty() {
        return size == 0;
    }

    void add(int rank) {
        if (size == ranks.length) {
            ranks = Arrays.copyOf(ranks, 2 * size);
        }
        ranks[size++] = rank;
        if (ordered) {
            rise(size - 1);
        }
    }

    /** Takes the highest out, if there is one. */
    int remove() {
        if (!ordered) {
            for (int at = size / 2 - 1; at >= 0; at--) {
                sink(at);
            }
            ordered = true;
        }
        int highest = ranks[0];
        ranks[0] = ranks[--size];
        sink(0);
        return highest;
    }

    private void rise(int from) {
        int at = from;
        int rank = ranks[at];
        while (at > 0 && ranks[(at - 1) / 2] < rank) {
            ranks[at] = ranks[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        ranks[at] = rank;
    }

    private void sink(int from) {
        int at = from;
        int rank = ranks[at];
        int child = 2 * at + 1;
        while (child < size) {
            if (child + 1 < size && ranks[child + 1] > ranks[child]) {
                child++;
            }
            if (ranks[child] <= rank) {
                break;
            }
            ranks[at] = ranks[child];
            at = child;
            child = 2 * at + 1;
        }
        ranks[at] = rank;
    }
}
