// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How much the maps have room for, besides flows.
 *
 * @param vips VIPs
 * @param members members: one for each real server of each VIP, in fallback pools too
 * @param prefixes clients' prefixes in source routes, of all VIPs together
 * @param serverIds server ids of QUIC, one for each VIP and config that uses it
 */
public record CapacitySettings(int vips, int members, int prefixes, int serverIds) {
    /** The table of VIPs has room for twice as many entries, and a VIP's address may take a second one. */
    public static final int MAX_VIPS = 4096;

    /** An id has 20 bits, and 0 is nobody's. */
    public static final int MAX_MEMBERS = (1 << 20) - 1;

    public static final int MAX_ROUTES = 1 << 20;

    public static final CapacitySettings DEFAULT = new CapacitySettings(4096, 65_536, 65_536, 65_536);

    public CapacitySettings {
        Require.inRange("the number of VIPs", vips, 1, MAX_VIPS);
        Require.inRange("the number of members", members, 1, MAX_MEMBERS);
        Require.inRange("the number of client prefixes", prefixes, 1, MAX_ROUTES);
        Require.inRange("the number of server ids", serverIds, 1, MAX_ROUTES);
    }

    /** What a configuration fills. */
    public static Use usedBy(Config config) {
        return usedBy(config.pools(), config.vips());
    }

    /** What pools and VIPs fill; it may be more than there can be. */
    static Use usedBy(List<Pool> pools, List<Vip> vips) {
        Map<String, Pool> byName = new HashMap<>();
        pools.forEach(pool -> byName.put(pool.name(), pool));
        Use use = new Use(0, 0, 0, 0);
        for (Vip vip : vips) {
            Pool own = byName.get(vip.pool());
            Set<Object> reals = new HashSet<>();
            addReals(reals, own);
            vip.failover().fallbacks().forEach(name -> addReals(reals, byName.get(name)));
            int ids = vip.quic() == null || own == null ? 0 : serverIds(vip.quic(), own);
            use = use.plus(new Use(1, reals.size(), vip.sourceRoutes().size(), ids));
        }
        return use;
    }

    private static void addReals(Set<Object> reals, @Nullable Pool pool) {
        if (pool != null) {
            pool.reals().forEach(real -> reals.add(real.address()));
        }
    }

    private static int serverIds(QuicRouting quic, Pool pool) {
        return pool.reals().stream()
                .flatMap(real -> real.serverIds().stream())
                .mapToInt(id -> quic.scheme() == QuicRouting.Scheme.KATRAN
                        ? 1
                        : (int) quic.serverIdLengths().values().stream()
                                .filter(length -> length == id.length())
                                .count())
                .sum();
    }

    /** So many of each. */
    public record Use(int vips, int members, int prefixes, int serverIds) {
        private Use plus(Use more) {
            return new Use(
                    vips + more.vips, members + more.members, prefixes + more.prefixes, serverIds + more.serverIds);
        }
    }
}
