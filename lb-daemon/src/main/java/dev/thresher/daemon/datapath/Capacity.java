// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.FlowEntry;

/**
 * Sizes of the maps.
 *
 * @param vips VIPs
 * @param members members, counting id 0, which is never used
 * @param flowPairs values of the connection table, 16 flows each; a power of two
 */
public record Capacity(int vips, int members, int flowPairs) {
    /** For a number of flows that is a power of two. */
    public static Capacity forFlows(int flows) {
        return new Capacity(4096, 65536, flows / FlowEntry.PER_PAIR);
    }
}
