// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

/**
 * A global counter of the data plane.
 *
 * @param name as in the data plane's source
 * @param kind what it counts
 * @param packets how many
 * @param meaning what it counts, for people
 */
public record Counter(String name, Kind kind, long packets, String meaning) {
    /** What a counter counts. */
    public enum Kind {
        /** What was done with a packet. */
        VERDICT,
        /** Why a packet was dropped. */
        DROP_REASON,
        /** What else happened: to a flow, or to a packet that a verdict counts too. */
        EVENT
    }
}
