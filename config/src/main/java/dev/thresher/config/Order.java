// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Locale;

/** What an operator wants of a real server, whatever its probes say. */
public enum Order {
    /** It serves as long as it is up. */
    SERVE,
    /** It keeps its flows and gets no new ones; probes go on, and if they fail it is down. */
    DRAIN,
    /** It is out, and not probed. When that ends it is unknown. */
    MAINTENANCE;

    /** As the configuration, logs and the command line spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
