// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import java.util.BitSet;

/** Hands out small numbers; one that was given back is not used again before all others had their turn. */
final class IdPool {
    private final String what;
    private final int first;
    private final int end;
    private final BitSet used = new BitSet();
    private int next;

    /** Ids from {@code first} to below {@code end}. */
    IdPool(String what, int first, int end) {
        this.what = what;
        this.first = first;
        this.end = end;
        this.next = first;
    }

    void reserve(int id) {
        used.set(id);
    }

    int take() {
        int id = used.nextClearBit(next);
        if (id >= end) {
            id = used.nextClearBit(first);
        }
        if (id >= end) {
            throw new IllegalStateException("no more than " + (end - first) + " " + what + " fit into the maps");
        }
        used.set(id);
        next = id + 1 == end ? first : id + 1;
        return id;
    }

    void giveBack(int id) {
        used.clear(id);
    }
}
