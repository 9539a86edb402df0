// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.healthcheck.ProbeRoute;
import dev.thresher.healthcheck.ProbeRoutes;
import dev.thresher.healthcheck.Target;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The ways of probes to real servers. */
public interface ProbePaths extends ProbeRoutes, AutoCloseable {
    /**
     * Says how clients' packets get to real servers now. Ways of targets that are not among these are closed.
     *
     * @param members for each target that is probed through the tunnel and can be reached
     */
    void update(Map<Target, ProbedMember> members);

    /** What an operator ought to know: why probes cannot take their way. */
    List<String> warnings();

    /** What became of packets of probes, by the name of the counter: {@code sent}, {@code no_room} and so on. */
    SortedMap<String, Long> counters();

    @Override
    void close();

    /** Without a tunnel: real servers are probed at their own addresses or not at all. */
    static ProbePaths direct() {
        ProbeRoutes routes = ProbeRoutes.direct();
        return new ProbePaths() {
            @Override
            public ProbeRoute to(Target target) {
                return routes.to(target);
            }

            @Override
            public void update(Map<Target, ProbedMember> members) {}

            @Override
            public List<String> warnings() {
                return List.of();
            }

            @Override
            public SortedMap<String, Long> counters() {
                return new TreeMap<>();
            }

            @Override
            public void close() {}
        };
    }
}
