// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

/** {@code enum probe_counter}: what became of packets that carry a probe's mark, by index in {@code probe_counters}. */
public enum ProbeCounter {
    /** Wrapped and sent to the real server that the mark names. */
    SENT,
    /** Dropped: nothing is known of the mark. */
    NO_ROUTE,
    /** Dropped: not for the VIP that the mark is for. */
    WRONG_VIP,
    /** Dropped: the outer header could not be put before the packet. */
    NO_ROOM;

    /** Its place in the map. */
    @SuppressWarnings("EnumOrdinal") // the test of the ABI compares the order
    public int index() {
        return ordinal();
    }
}
