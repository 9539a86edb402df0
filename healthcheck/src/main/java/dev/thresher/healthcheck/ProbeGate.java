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
    /**
     * Of the heap, for a probe that waits for its target: its connection, handlers, and a buffer of what was read. In the
     * midst of a TLS handshake it is some times more, but most silent targets are silent before.
     */
    private static final long BYTES = 12 << 10;

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

    /**
     * How many probes a process may have under way that may open so many files and whose heap may be so large: half of the
     * files and three quarters of the heap are for others.
     */
    static int limitFor(long descriptors, long heapBytes) {
        return (int) Math.max(1, Math.min(forHeap(heapBytes), descriptors / 2));
    }

    /** The same where there are files enough. */
    static int forHeap(long heapBytes) {
        return (int) Math.min(Integer.MAX_VALUE, heapBytes / 4 / BYTES);
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
