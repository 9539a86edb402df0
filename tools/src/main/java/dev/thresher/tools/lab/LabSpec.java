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
 */
public record LabSpec(String lab, List<Integer> weights, boolean ownedByProcess) {
    /** Checks the number of real servers. */
    public LabSpec {
        weights = List.copyOf(weights);
        Topology.checkReals(weights.size());
    }

    /** A lab with equal weights that stays until {@code lab down}. */
    public static LabSpec lasting(String lab, int reals) {
        Topology.checkReals(reals);
        return new LabSpec(lab, Collections.nCopies(reals, 1), false);
    }

    /** A lab for one run of a program. */
    public static LabSpec passing(String lab, Integer... weights) {
        return new LabSpec(lab, List.of(weights), true);
    }

    /** Its hosts and links. */
    public Topology topology() {
        return new Topology(lab, weights.size());
    }
}
