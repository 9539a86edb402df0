// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.Locale;

/** Where a target stands. */
public enum Health {
    /** Not decided yet: the first probes are still to come. */
    UNKNOWN,
    /** It answers as it should. */
    UP,
    /** It does not. */
    DOWN,
    /** It answers as it should, but by order gets no new flows. */
    DRAIN,
    /** By order it is out and not probed. */
    MAINTENANCE;

    /** As logs and the command line spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
