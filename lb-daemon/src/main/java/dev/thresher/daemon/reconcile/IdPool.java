// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import java.util.BitSet;

/** Hands out small numbers; one that was given back is not used again before all others had their turn. */
final class IdPool {
    private final Room room;
    private final int first;
    private int end;
    private final BitSet used = new BitSet();
    private int next;

    /** Ids from {@code first} to below {@code end}. */
    IdPool(Room room, int first, int end) {
        this.room = room;
        this.first = first;
        this.end = end;
        this.next = first;
    }

    void reserve(int id) {
        used.set(id);
    }

    int end() {
        return end;
    }

    /**
     * Makes sure that so many can be taken if ids end there.
     *
     * @throws CapacityException if not
     */
    void requireFree(int wanted, int newEnd) {
        int all = newEnd - first;
        int free = all - used();
        if (wanted > free) {
            throw new CapacityException("the maps have room for " + all + " " + room.what() + ", of which " + free
                    + " are free, and " + wanted + " are to be added; what is to be removed counts until that is done; "
                    + room.advice(all));
        }
    }

    int take() {
        requireFree(1, end);
        int id = used.nextClearBit(next);
        if (id >= end) {
            id = used.nextClearBit(first);
        }
        used.set(id);
        next = id + 1 == end ? first : id + 1;
        return id;
    }

    /**
     * Makes sure that all ids in use are below {@code newEnd}.
     *
     * @throws CapacityException if not
     */
    void requireBelow(int newEnd) {
        if (newEnd - first < used()) {
            throw new CapacityException(
                    used() + " " + room.what() + " are in use, so the maps cannot shrink to " + (newEnd - first));
        }
        if (newEnd < used.length()) {
            throw new CapacityException(used() + " " + room.what() + " are in use, and have ids up to "
                    + (used.length() - 1) + ", so the maps cannot shrink to " + (newEnd - first)
                    + " while the daemon runs; a restart gives them other ids");
        }
    }

    /** Has ids end elsewhere; those in use are below that. */
    void endAt(int newEnd) {
        end = newEnd;
        next = next < end ? next : first;
    }

    private int used() {
        return used.cardinality();
    }

    void giveBack(int id) {
        used.clear(id);
    }
}
