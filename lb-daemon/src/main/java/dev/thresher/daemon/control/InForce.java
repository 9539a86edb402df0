// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.Config;
import dev.thresher.healthcheck.Target;
import java.net.InetAddress;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A configuration and what follows from it.
 *
 * @param targets what is to be probed, and for whom
 * @param reals the real servers whose next hops are to be followed
 * @param zeroWeights since when those with weight 0 drain
 * @param arrivals when those came that were not there from the start
 */
record InForce(
        Config config,
        Targets targets,
        DesiredStateBuilder builder,
        Set<InetAddress> reals,
        ZeroWeights zeroWeights,
        Arrivals arrivals) {
    /**
     * The first one.
     *
     * @param source the interface's own address
     * @param nowNanos on the clock of the health checker
     */
    static InForce first(Config config, MacAddress source, long nowNanos) {
        Targets targets = new Targets(config);
        return of(config, targets, source, ZeroWeights.NONE.in(targets, nowNanos), Arrivals.NONE);
    }

    /** The one after this. */
    InForce next(Config config, MacAddress source, long nowNanos) {
        Targets next = new Targets(config);
        return of(config, next, source, zeroWeights.in(next, nowNanos), arrivals.after(targets, next, nowNanos));
    }

    private static InForce of(
            Config config, Targets targets, MacAddress source, ZeroWeights zeroWeights, Arrivals arrivals) {
        Set<InetAddress> reals =
                targets.uses().keySet().stream().map(Target::real).collect(Collectors.toUnmodifiableSet());
        return new InForce(
                config,
                targets,
                new DesiredStateBuilder(targets, source, new Tiers(zeroWeights, arrivals)),
                reals,
                zeroWeights,
                arrivals);
    }
}
