// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import dev.thresher.api.v1.Traffic;

/**
 * How much there is in a second.
 *
 * @param bits of the packets as clients sent them
 */
record Rate(double packets, double bits, double newFlows, double drops) {
    static final Rate NONE = new Rate(0, 0, 0, 0);

    private static final int BITS_A_BYTE = 8;

    /** Of counters that count on. Those that begin anew count from 0. */
    static Rate between(Counts before, Counts now, double seconds) {
        if (seconds <= 0) {
            return NONE;
        }
        return new Rate(
                rise(before.traffic().getPackets(), now.traffic().getPackets()) / seconds,
                rise(before.traffic().getBytes(), now.traffic().getBytes()) * BITS_A_BYTE / seconds,
                rise(before.traffic().getNewFlows(), now.traffic().getNewFlows()) / seconds,
                rise(before.drops(), now.drops()) / seconds);
    }

    /** What was counted so far. */
    record Counts(Traffic traffic, long drops) {}

    Rate plus(Rate other) {
        return new Rate(packets + other.packets, bits + other.bits, newFlows + other.newFlows, drops + other.drops);
    }

    private static double rise(long before, long now) {
        return Long.compareUnsigned(now, before) >= 0 ? now - before : now;
    }
}
