// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/**
 * Knows how probes reach real servers. It is asked before each probe, on the checker's thread, and has to answer at once.
 */
@FunctionalInterface
public interface ProbeRoutes {
    /**
     * The present way to a target.
     *
     * <p>Fail closed: a probe without its mark would reach <em>some</em> real server through the balancer and call it
     * healthy. Where marks, tunnel or program are missing the answer is {@link ProbeRoute.Closed}, never an open route
     * with a mark left out.
     */
    ProbeRoute to(Target target);

    /** Only the reals' own addresses can be probed. */
    static ProbeRoutes direct() {
        return target -> target.way() instanceof Target.Way.Direct
                ? ProbeRoute.Open.direct(target)
                : new ProbeRoute.Closed("there is no tunnel for probes");
    }
}
