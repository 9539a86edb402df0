// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.plan;

import java.time.Duration;

/**
 * The share of its weight that a real server has while it starts slowly: a fifth, two fifths and so on, each for a
 * quarter of the time. Each step is a new Maglev table and moves flows that are not in the connection table, so there are
 * few of them.
 */
final class SlowStart {
    /** A full share, in steps. */
    static final int FULL = 5;

    static final long NEVER = Long.MAX_VALUE;

    private final long stepNanos;

    SlowStart(Duration time) {
        this.stepNanos = time.toNanos() / (FULL - 1);
    }

    /** 1 to {@link #FULL}. */
    int shareAt(long elapsedNanos) {
        return isOver(elapsedNanos) ? FULL : 1 + (int) (Math.max(0, elapsedNanos) / stepNanos);
    }

    /** Nanoseconds until the share grows, or {@link #NEVER}. */
    long untilNextStep(long elapsedNanos) {
        return isOver(elapsedNanos) ? NEVER : shareAt(elapsedNanos) * stepNanos - elapsedNanos;
    }

    private boolean isOver(long elapsedNanos) {
        return stepNanos == 0 || elapsedNanos >= (FULL - 1) * stepNanos;
    }
}
