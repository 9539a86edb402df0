// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

/** What the health checks say of a member. */
public enum HealthState {
    /** Too few probes yet to tell. */
    UNKNOWN,
    UP,
    DOWN,
    /** The pool has no health check. */
    UNCHECKED;

    /** Whether a member in this state counts as up. */
    public boolean serves() {
        return this == UP || this == UNCHECKED;
    }
}
