// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;

/**
 * How many probes it takes to change a verdict.
 *
 * @param rise successes in a row that bring a real up, at least 1
 * @param fall failures in a row that take a real down, at least 1
 * @param flapLimit a real that went down this often within the window flaps: it stays down until it has passed every
 *     probe for as long as the window; 0 for never
 * @param flapWindow more than zero
 */
public record CheckThresholds(int rise, int fall, int flapLimit, Duration flapWindow) {
    public static final CheckThresholds DEFAULT = new CheckThresholds(2, 3, 5, Duration.ofMinutes(2));
    /** The most that {@code flapLimit} may be: each target keeps so many moments. */
    public static final int MAX_FLAP_LIMIT = 100;

    public CheckThresholds {
        Require.inRange("rise", rise, 1, Integer.MAX_VALUE);
        Require.inRange("fall", fall, 1, Integer.MAX_VALUE);
        Require.inRange("the flap limit", flapLimit, 0, MAX_FLAP_LIMIT);
        Require.positive("the flap window", flapWindow);
    }

    /** Thresholds without damping. */
    public static CheckThresholds of(int rise, int fall) {
        return new CheckThresholds(rise, fall, 0, DEFAULT.flapWindow);
    }
}
