// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.healthcheck.Target;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/** What is to be probed for each member. */
final class Targets {
    private Targets() {}

    static Target of(Vip vip, Pool pool, Real real) {
        return Target.of(vip, pool, real.address());
    }

    /** One real server of one of a VIP's pools. */
    record Use(Vip vip, Pool pool, Real real) {
        Target target() {
            return of(vip, pool, real);
        }
    }

    /** Calls back with every real server of every pool of every VIP, in the order of the configuration. */
    static void forEach(Config config, BiConsumer<Target, Use> visitor) {
        for (Vip vip : config.vips()) {
            for (Pool pool : config.poolsOf(vip)) {
                for (Real real : pool.reals()) {
                    Use use = new Use(vip, pool, real);
                    visitor.accept(use.target(), use);
                }
            }
        }
    }

    /** Every target, with one of those that use it. */
    static Map<Target, Use> all(Config config) {
        Map<Target, Use> targets = new LinkedHashMap<>();
        forEach(config, targets::putIfAbsent);
        return targets;
    }
}
