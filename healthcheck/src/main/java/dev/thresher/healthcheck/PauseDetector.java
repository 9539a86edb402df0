// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.time.Duration;

/**
 * Notices when the checker itself has stood still: a long garbage collection, a starved or suspended host, a clock that
 * jumped. Somebody has to call {@link #observe} at least every {@link #BEAT}; a longer silence was a pause.
 *
 * <p>A host that sleeps may stop the monotonic clock too; then the wall clock tells.
 */
final class PauseDetector {
    /** How often there is a sign of life. */
    static final Duration BEAT = Duration.ofMillis(20);
    /** Silence that is longer than this was a pause. A loop at work is late by a few milliseconds now and then. */
    static final Duration TOLERANCE = Duration.ofMillis(60);

    private static final long TOLERANCE_NANOS = TOLERANCE.toNanos();
    private static final long SLEEP_MILLIS = 1000;

    private long seenNanos;
    private long seenMillis;
    private long endNanos;
    private long lastNanos;
    private long longestNanos;
    private long count;

    PauseDetector(long nowNanos, long wallMillis) {
        this.seenNanos = nowNanos;
        this.seenMillis = wallMillis;
    }

    /** Takes a sign of life. True if there was a pause before it. */
    boolean observe(long nowNanos, long wallMillis) {
        long silence = nowNanos - seenNanos;
        long asleep = Math.max(0, wallMillis - seenMillis - silence / 1_000_000);
        seenNanos = nowNanos;
        seenMillis = wallMillis;
        if (silence <= TOLERANCE_NANOS && asleep < SLEEP_MILLIS) {
            return false;
        }
        endNanos = nowNanos;
        lastNanos = asleep < SLEEP_MILLIS ? silence : silence + asleep * 1_000_000;
        longestNanos = Math.max(longestNanos, lastNanos);
        count++;
        return true;
    }

    /** Whether the checker stood still at some time after {@code sinceNanos}. */
    boolean pausedSince(long sinceNanos) {
        return count > 0 && endNanos - sinceNanos > 0;
    }

    Duration last() {
        return Duration.ofNanos(lastNanos);
    }

    Duration longest() {
        return Duration.ofNanos(longestNanos);
    }

    /** Pauses so far. */
    long count() {
        return count;
    }
}
