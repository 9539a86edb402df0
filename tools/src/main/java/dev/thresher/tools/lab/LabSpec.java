// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.util.Collections;
import java.util.List;

/**
 * The lab that somebody wants.
 *
 * @param lab its name; several labs can be up side by side
 * @param weights the weight of each real server, so also their number
 * @param ownedByProcess whether the lab lives only as long as the process that made it. One that is found without its
 *     process is what a killed run left, and is replaced
 * @param services VIPs besides those of {@link Way}, for what the one who wants the lab runs on the real servers
 */
public record LabSpec(String lab, List<Integer> weights, boolean ownedByProcess, List<Service> services) {
    /** Checks the number of real servers. */
    public LabSpec {
        weights = List.copyOf(weights);
        services = List.copyOf(services);
        Topology.checkReals(weights.size());
    }

    /** A lab with equal weights that stays until {@code lab down}. */
    public static LabSpec lasting(String lab, int reals) {
        Topology.checkReals(reals);
        return new LabSpec(lab, Collections.nCopies(reals, 1), false, List.of());
    }

    /** A lab for one run of a program. */
    public static LabSpec passing(String lab, Integer... weights) {
        return new LabSpec(lab, List.of(weights), true, List.of());
    }

    /** The same with more VIPs. */
    public LabSpec with(Service... more) {
        return new LabSpec(lab, weights, ownedByProcess, List.of(more));
    }

    /**
     * A port of both VIPs.
     *
     * @param protocol tcp or udp
     * @param encapsulation ipip or gue
     * @param keys what else its VIP has in the configuration, such as {@code hash = source}
     */
    public record Service(int port, String protocol, String encapsulation, String keys) {}

    /** Its hosts and links. */
    public Topology topology() {
        return new Topology(lab, weights.size());
    }
}
