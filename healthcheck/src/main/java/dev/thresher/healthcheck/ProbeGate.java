// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Lets no more than so many probes be under way at once, however many targets are black holes: the others wait for their
 * turn, first come first served, and waiting is no failure. Lives on the loop's thread; any may read the counts.
 */
@SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes, others read
final class ProbeGate {
    /** What the heap of a small daemon can bear. */
    static final int MOST = 4096;

    private final int limit;
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private boolean admitting;

    private volatile int underWay;
    private volatile int waiting;
    private volatile long ended;

    /** @param ended those on earlier threads */
    ProbeGate(int limit, long ended) {
        this.limit = limit;
        this.ended = ended;
    }

    /** How many probes a process may have under way that may open so many files: half of them are for others. */
    static int limitFor(long descriptors) {
        return (int) Math.max(1, Math.min(MOST, descriptors / 2));
    }

    /** Calls {@code begin} as soon as there is room, perhaps at once. Each call is to be followed by one of {@link #leave}. */
    void enter(Runnable begin) {
        queue.add(begin);
        admit();
    }

    void leave() {
        underWay = underWay - 1;
        admit();
    }

    /** A loop, where each that ends at once would otherwise admit the next from within. */
    private void admit() {
        if (!admitting) {
            admitting = true;
            try {
                while (underWay < limit && !queue.isEmpty()) {
                    underWay = underWay + 1;
                    queue.remove().run();
                }
            } finally {
                admitting = false;
            }
        }
        waiting = queue.size();
    }

    void countEnd() {
        ended = ended + 1;
    }

    /** Probes that have ended, ever. */
    long ended() {
        return ended;
    }

    int limit() {
        return limit;
    }

    /** Targets whose turn it is, and that have to wait. */
    int waiting() {
        return waiting;
    }
}
