// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.Member;
import dev.thresher.config.Order;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.healthcheck.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every VIP with the pools that may serve it, their real servers, and what is to be probed for each. Worked out once. */
final class Targets {
    private final List<VipPools> vips = new ArrayList<>();
    private final Map<Target, List<Use>> uses = new LinkedHashMap<>();
    private final Map<Target, Order> orders;

    /**
     * One real server of one of a VIP's pools.
     *
     * @param real as this VIP has it
     */
    record Use(Vip vip, Pool pool, Real real, Target target) {
        Member member() {
            return new Member(vip.key(), real.address());
        }
    }

    /** A pool that may serve a VIP. */
    record PoolUses(Pool pool, List<Use> uses) {}

    /** A VIP: its own pool, then its fallbacks. */
    record VipPools(Vip vip, List<PoolUses> pools) {
        /** One of them by its name. */
        Pool pool(String name) {
            return pools.stream()
                    .map(PoolUses::pool)
                    .filter(pool -> pool.name().equals(name))
                    .findFirst()
                    .orElseThrow();
        }

        Stream<Use> uses() {
            return pools.stream().flatMap(pool -> pool.uses().stream());
        }
    }

    Targets(Config config) {
        Map<String, Pool> pools = config.pools().stream().collect(Collectors.toMap(Pool::name, pool -> pool));
        // VIPs that share a target share the object too: finding its health is then a comparison of references.
        Map<Target, Target> known = new HashMap<>();
        for (Vip vip : config.vips()) {
            List<String> names = new ArrayList<>(List.of(vip.pool()));
            names.addAll(vip.failover().fallbacks());
            vips.add(new VipPools(
                    vip,
                    names.stream()
                            .map(name -> uses(vip, pools.get(name), known))
                            .toList()));
        }
        forEach(use -> uses.merge(use.target(), List.of(use), Targets::both));
        orders = orders(uses);
    }

    /** Most targets have one use, and that takes no list that can grow. */
    private static List<Use> both(List<Use> some, List<Use> more) {
        List<Use> all = some instanceof ArrayList ? some : new ArrayList<>(some);
        all.addAll(more);
        return all;
    }

    private static PoolUses uses(Vip vip, @Nullable Pool pool, Map<Target, Target> known) {
        if (pool == null) {
            throw new IllegalArgumentException("VIP " + vip.key() + " names a pool that is not there");
        }
        List<Use> uses = new ArrayList<>();
        for (Real real : pool.reals()) {
            Target target = Target.of(vip, pool, real.address());
            uses.add(new Use(vip, pool, vip.own(real), known.computeIfAbsent(target, any -> any)));
        }
        return new PoolUses(pool, List.copyOf(uses));
    }

    /** In the order of the configuration. */
    List<VipPools> vips() {
        return vips;
    }

    /** Every target, with those that it stands for. */
    Map<Target, List<Use>> uses() {
        return uses;
    }

    /** What is ordered of targets: what all of those that they stand for agree on. Without those that just serve. */
    Map<Target, Order> orders() {
        return orders;
    }

    private static Map<Target, Order> orders(Map<Target, List<Use>> uses) {
        Map<Target, Order> orders = new HashMap<>();
        uses.forEach((target, those) -> {
            Order least = those.stream()
                    .map(use -> use.real().order())
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            if (least != Order.SERVE) {
                orders.put(target, least);
            }
        });
        return Map.copyOf(orders);
    }

    /** Calls back with every real server of every pool of every VIP, in the order of the configuration. */
    void forEach(Consumer<Use> visitor) {
        vips.forEach(vip -> vip.uses().forEach(visitor));
    }
}
