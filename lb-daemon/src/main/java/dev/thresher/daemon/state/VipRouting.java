// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.QuicRouting;
import dev.thresher.config.SourceRoute;
import dev.thresher.config.Vip;
import dev.thresher.config.VipHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What picks the real server of a packet that the connection table does not know.
 *
 * @param hash what of a packet names its slot in the Maglev table
 * @param quic how connection IDs name real servers before all else, or null
 * @param sourceRoutes clients that go to a chosen real server
 */
public record VipRouting(VipHash hash, @Nullable QuicRouting quic, List<SourceRoute> sourceRoutes) {
    /** The Maglev table by the 5-tuple, and nothing else. */
    public static final VipRouting PLAIN = new VipRouting(VipHash.FIVE_TUPLE, null, List.of());

    public VipRouting {
        sourceRoutes = List.copyOf(sourceRoutes);
    }

    public static VipRouting of(Vip vip) {
        return new VipRouting(vip.hash(), vip.quic(), vip.sourceRoutes());
    }
}
