// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Beats at even intervals, for one thread. Who comes late misses beats and makes none of them up. */
final class Pace {
    private final long intervalNanos;
    private long next;

    Pace(Duration interval) {
        this.intervalNanos = interval.toNanos();
        this.next = System.nanoTime();
    }

    /** Waits for the next beat. */
    void await() {
        next = Math.max(next + intervalNanos, System.nanoTime());
        for (long left = next - System.nanoTime(); left > 0; left = next - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
