// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the configuration says.
 *
 * @param instance names the pins and the socket: 1 to 32 of a-z, 0-9 and dash
 * @param iface where the program is attached
 * @param encapsulation outer headers
 * @param flows the connection table
 * @param capacity how much the maps have room for, besides flows
 * @param onExit what becomes of the data plane when the daemon is told to stop
 * @param api where the API is served
 * @param maglevSeed seed of the slot hash and the tables; the same on every load balancer of a fleet
 * @param pools no name twice; the order means nothing
 * @param vips no key twice; each names one of the pools, which suits it; the order means nothing
 */
public record Config(
        String instance,
        Interface iface,
        EncapsulationSettings encapsulation,
        FlowSettings flows,
        CapacitySettings capacity,
        OnExit onExit,
        ApiSettings api,
        int maglevSeed,
        List<Pool> pools,
        List<Vip> vips) {
    public static final String DEFAULT_INSTANCE = "default";

    static final Pattern INSTANCE = Pattern.compile("[a-z0-9-]{1,32}");

    public Config {
        Require.that(
                INSTANCE.matcher(instance).matches(),
                "an instance is named by 1 to 32 of a-z, 0-9 and dash, not \"" + instance + "\"");
        pools = List.copyOf(pools);
        vips = List.copyOf(vips);
        Map<String, Pool> byName = new HashMap<>();
        for (Pool pool : pools) {
            Require.that(byName.put(pool.name(), pool) == null, "pool " + pool.name() + " is there twice");
        }
        Set<VipKey> keys = new HashSet<>();
        for (Vip vip : vips) {
            Require.that(keys.add(vip.key()), "VIP " + vip.key() + " is there twice");
            Pool pool = byName.get(vip.pool());
            Require.that(pool != null, "VIP " + vip.key() + " names a missing pool, " + vip.pool());
            vip.failover()
                    .fallbacks()
                    .forEach(fallback -> Require.that(
                            byName.containsKey(fallback),
                            "VIP " + vip.key() + " names a missing fallback pool, " + fallback));
            if (pool != null) {
                PoolFit.complaint(vip, pool).ifPresent(complaint -> {
                    throw new IllegalArgumentException("VIP " + vip.key() + ": " + complaint);
                });
            }
        }
    }

    /** This configuration with other outer headers. */
    public Config with(EncapsulationSettings newEncapsulation) {
        return new Config(instance, iface, newEncapsulation, flows, capacity, onExit, api, maglevSeed, pools, vips);
    }

    /** The pool with this name, or null. */
    public @Nullable Pool pool(String name) {
        return pools.stream()
                .filter(pool -> pool.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    /** The pool that serves this VIP, which is one of {@link #vips}. */
    public Pool poolOf(Vip vip) {
        Pool pool = pool(vip.pool());
        if (pool == null) {
            throw new IllegalArgumentException("VIP " + vip.key() + " is not part of this configuration");
        }
        return pool;
    }
}
