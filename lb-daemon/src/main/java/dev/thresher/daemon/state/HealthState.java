// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

/** What the health checks say of a member. */
public enum HealthState {
    /** Too few probes yet to tell. */
    UNKNOWN,
    UP,
    DOWN,
    /** The pool has no health check. */
    UNCHECKED,
    /** Its probes pass, but by order it gets no new flows. */
    DRAIN,
    /** By order it is out and not probed. */
    MAINTENANCE;

    /** Whether a member in this state counts as up. */
    public boolean serves() {
        return this == UP || this == UNCHECKED;
    }
}
