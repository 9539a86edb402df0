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
 * @param withheld which get no new flows because that is configured, and since when
 */
record InForce(Config config, Targets targets, DesiredStateBuilder builder, Set<InetAddress> reals, Withheld withheld) {
    /**
     * The first one.
     *
     * @param source the interface's own address
     * @param nowNanos on the clock of the health checker
     */
    static InForce first(Config config, MacAddress source, long nowNanos) {
        return of(config, source, Withheld.NOTHING, nowNanos);
    }

    /** The one after this. */
    InForce next(Config config, MacAddress source, long nowNanos) {
        return of(config, source, withheld, nowNanos);
    }

    private static InForce of(Config config, MacAddress source, Withheld before, long nowNanos) {
        Targets targets = new Targets(config);
        Withheld withheld = before.in(targets, nowNanos);
        Set<InetAddress> reals =
                targets.uses().keySet().stream().map(Target::real).collect(Collectors.toUnmodifiableSet());
        return new InForce(config, targets, new DesiredStateBuilder(targets, source, withheld), reals, withheld);
    }
}
