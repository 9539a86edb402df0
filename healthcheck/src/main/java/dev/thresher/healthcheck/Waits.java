// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/** How long parts of one probe have waited for a thread. One part at a time; any thread may ask. */
final class Waits {
    private static final long NOTHING = 0;

    private final AtomicLong pastNanos = new AtomicLong();
    /** When the part that waits now began to; {@link #NOTHING} if none does. */
    private volatile long sinceNanos = NOTHING;

    void execute(Executor executor, Runnable part) {
        long begin = System.nanoTime() | 1; // never NOTHING
        sinceNanos = begin;
        executor.execute(() -> {
            sinceNanos = NOTHING;
            pastNanos.addAndGet(System.nanoTime() - begin);
            part.run();
        });
    }

    /** In all, up to now. */
    long nanos() {
        long since = sinceNanos;
        return pastNanos.get() + (since == NOTHING ? 0 : System.nanoTime() - since);
    }
}
