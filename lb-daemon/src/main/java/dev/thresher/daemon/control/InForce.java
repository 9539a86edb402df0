// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.Config;
import dev.thresher.config.Pool;
import dev.thresher.config.Vip;
import dev.thresher.healthcheck.Target;
import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A configuration and what follows from it alone.
 *
 * @param targets what is to be probed
 * @param reals the real servers whose next hops are to be followed
 */
record InForce(Config config, DesiredStateBuilder builder, Set<Target> targets, Set<InetAddress> reals) {
    /** {@code source} is the interface's own address. */
    static InForce of(Config config, MacAddress source) {
        Set<Target> targets = targets(config);
        Set<InetAddress> reals = targets.stream().map(Target::real).collect(Collectors.toSet());
        return new InForce(config, new DesiredStateBuilder(config, source), targets, reals);
    }

    private static Set<Target> targets(Config config) {
        Set<Target> targets = new LinkedHashSet<>();
        for (Vip vip : config.vips()) {
            Pool pool = config.poolOf(vip);
            pool.reals().forEach(real -> targets.add(Target.of(vip, pool, real.address())));
        }
        return targets;
    }
}
