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

    /** How many entries a map has; 0 for those that always have the same. */
    int entries(LbMap map) {
        return switch (map) {
            case VIP_PREFIXES -> 2 * vips; // one more for each prefix as such
            case TABLES, VIP_STATS, QUIC_CONFIGS -> vips;
            case MEMBERS, MEMBER_STATS -> members;
            case QUIC_SERVERS -> serverIds;
            case SOURCE_ROUTES -> prefixes;
            case FLOWS -> flowPairs;
            case VIPS, FOREIGN, COUNTERS, FRAGMENTS, EGRESS, SETTINGS -> 0;
        };
    }
}
