// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;

/**
 * The connection table.
 *
 * @param max how many flows it holds: a power of two, 1024 to 64 Mi; each takes 8 bytes
 * @param tcpIdleTimeout a TCP flow that was silent for so long is forgotten
 * @param udpIdleTimeout the same for UDP
 * @param reclaimAge a flow seen within this time is never evicted by a new one; at most either idle timeout
 */
public record FlowSettings(int max, Duration tcpIdleTimeout, Duration udpIdleTimeout, Duration reclaimAge) {
    public static final int MIN_MAX = 1 << 10;
    public static final int MAX_MAX = 1 << 26;

    public static final FlowSettings DEFAULT =
            new FlowSettings(1 << 20, Duration.ofMinutes(15), Duration.ofSeconds(60), Duration.ofSeconds(60));

    public FlowSettings {
        Require.inRange("the number of flows", max, MIN_MAX, MAX_MAX);
        Require.that(Integer.bitCount(max) == 1, "the number of flows must be a power of two, not " + max);
        Require.positive("the TCP idle timeout", tcpIdleTimeout);
        Require.positive("the UDP idle timeout", udpIdleTimeout);
        Require.positive("the reclaim age", reclaimAge);
        Require.that(
                reclaimAge.compareTo(tcpIdleTimeout) <= 0 && reclaimAge.compareTo(udpIdleTimeout) <= 0,
                "the reclaim age, " + reclaimAge + ", is longer than an idle timeout");
    }
}
