// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.util.List;
import java.util.stream.Stream;

/** Global counters of the program, in the order of {@code COUNTERS} in {@code lib/abi.h}; a test compares the two. */
public enum Counter {
    PASS("packets left to the kernel: not for a VIP"),
    DROP_NO_REAL("the VIP has no real server to send to"),
    DROP_NO_HEADROOM("no room in front of the packet for the outer header"),
    DROP_FRAGMENT("a later fragment for a VIP, and the first one was not seen"),
    DROP_TOO_BIG("too big for the way to the real server, and the client was not told"),
    DROP_NO_EGRESS("the interface that the real server is behind is not in the table"),
    ABORTED("the program contradicted itself: please report it"),
    ICMP_ECHO("echo requests to a VIP that were answered"),
    ICMP_ERROR("ICMP errors about a flow, sent to its real server"),
    ICMP_TOO_BIG("packets too big for the way to the real server: the client was told"),
    FLOW_REPICKED("a flow moved because its member went out of service"),
    FLOW_UNTRACKED("packets of flows that found no room in the table"),
    FLOW_EVICTED_UNCONFIRMED("an unconfirmed entry made room"),
    FLOW_EVICTED_IDLE("an idle confirmed entry made room"),
    ROUTE_UNKNOWN_ID("packets whose QUIC connection id names no real server"),
    ROUTE_DOWN("packets went by their flow: the real server that they name is down");

    private static final List<Counter> DROP_REASONS = Stream.of(values())
            .filter(counter -> counter.name().startsWith("DROP_"))
            .toList();

    private final String text;

    Counter(String text) {
        this.text = text;
    }

    /** Why a packet for a VIP is dropped: {@code DROP_REASONS}, in the order of {@code struct vip_stats}. */
    public static List<Counter> dropReasons() {
        return DROP_REASONS;
    }

    /** Its key in the map {@code counters}. */
    @SuppressWarnings("EnumOrdinal") // the order is the contract with the program
    public int index() {
        return ordinal();
    }

    /** What it counts, for people. */
    public String text() {
        return text;
    }
}
