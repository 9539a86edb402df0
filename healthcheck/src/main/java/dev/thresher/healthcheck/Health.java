// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.Locale;

/** What is known about a target. */
public enum Health {
    /** Not decided yet: the first probes are still to come. */
    UNKNOWN,
    /** It answers as it should. */
    UP,
    /** It does not. */
    DOWN;

    /** As logs and the command line spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
