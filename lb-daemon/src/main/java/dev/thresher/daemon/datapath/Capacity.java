// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;

/**
 * Sizes of the maps.
 *
 * @param vips VIPs
 * @param members members, counting id 0, which is never used
 * @param prefixes client prefixes
 * @param serverIds server ids of QUIC
 * @param flowPairs values of the connection table, 16 flows each; a power of two
 */
public record Capacity(int vips, int members, int prefixes, int serverIds, int flowPairs) {
    /** As configured. */
    public static Capacity of(Config config) {
        CapacitySettings settings = config.capacity();
        return new Capacity(
                settings.vips(),
                settings.members() + 1,
                settings.prefixes(),
                settings.serverIds(),
                config.flows().max() / FlowEntry.PER_PAIR);
    }
}
