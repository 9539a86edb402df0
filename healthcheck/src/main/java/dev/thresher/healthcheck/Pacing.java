// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.CheckTiming;
import java.util.random.RandomGenerator;

/**
 * Spreads probes over time, so that neither this host nor a real server meets them in bursts.
 *
 * <p>Each target has turns of its own, one every interval, at a phase that its name decides: turns do not drift, and a
 * reload, a restart or a pause changes none. Jitter moves a probe about its turn and does not add up.
 */
final class Pacing {
    private final RandomGenerator random;
    private final long originNanos;

    /** @param originNanos a moment on the loop's clock that turns are counted from */
    Pacing(RandomGenerator random, long originNanos) {
        this.random = random;
        this.originNanos = originNanos;
    }

    /** From a target's arrival to its first probe: less than the fast interval, since its verdict is forming. */
    static long firstDelayNanos(CheckTiming timing, double phase) {
        return (long) (phase * timing.fastInterval().toNanos());
    }

    /**
     * The turn that follows a probe which started at {@code startedNanos}, with its jitter.
     *
     * @param phase the target's
     */
    long nextTurnNanos(CheckTiming timing, double phase, long startedNanos) {
        long interval = timing.interval().toNanos();
        long reach = (long) (timing.jitter() / 2 * interval);
        long origin = originNanos + (long) (phase * interval);
        // Jitter may have made the last probe early or late, but by less than half a turn: this finds the one after it.
        long turn = Math.floorDiv(startedNanos + interval + reach - origin, interval);
        return origin + turn * interval + jitterNanos(reach);
    }

    /** From one probe to the next while a verdict forms. */
    long fastDelayNanos(CheckTiming timing) {
        long interval = timing.fastInterval().toNanos();
        return interval + jitterNanos((long) (timing.jitter() / 2 * interval));
    }

    private long jitterNanos(long reach) {
        return reach == 0 ? 0 : random.nextLong(-reach, reach + 1);
    }

    /** 0 to 1, evenly over all targets, and the same each time. To work it out takes a microsecond. */
    static double phase(Target target) {
        long hash = 0xcbf29ce484222325L;
        String name = target.toString();
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * 0x100000001b3L; // FNV-1a
        }
        // The finalizer of MurmurHash3: FNV alone leaves names that differ at their end close together.
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return ((hash ^ (hash >>> 33)) >>> 11) * 0x1p-53;
    }
}
