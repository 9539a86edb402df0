// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;

/**
 * When a real is probed.
 *
 * @param interval from the start of one probe to the start of the next, more than zero
 * @param fastInterval the same while a verdict is forming: before the first one, and as long as the latest probes speak
 *     against the present one; more than zero and at most the interval
 * @param timeout how long a probe may take, more than zero and at most the interval
 * @param jitter the distance of two probes varies at random by up to this fraction of the interval either way, 0 to 1
 */
public record CheckTiming(Duration interval, Duration fastInterval, Duration timeout, double jitter) {
    public static final CheckTiming DEFAULT =
            new CheckTiming(Duration.ofSeconds(2), Duration.ofMillis(500), Duration.ofSeconds(1), 0.1);

    public CheckTiming {
        Require.positive("the interval of a health check", interval);
        Require.positive("the fast interval of a health check", fastInterval);
        Require.positive("the timeout of a health check", timeout);
        requireAtMost("timeout", timeout, interval);
        requireAtMost("fast interval", fastInterval, interval);
        Require.that(jitter >= 0 && jitter <= 1, "jitter must be 0 to 1, not " + jitter);
    }

    /** Probes that always have the same distance, and the whole of it to answer. */
    public static CheckTiming every(Duration interval) {
        return new CheckTiming(interval, interval, interval, 0);
    }

    private static void requireAtMost(String name, Duration value, Duration interval) {
        Require.that(
                value.compareTo(interval) <= 0,
                "the " + name + " of a health check, " + value + ", is longer than its interval, " + interval);
    }
}
