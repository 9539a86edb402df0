// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * What a VIP does about reals that are down.
 *
 * @param fallbacks names of the pools that serve it, in this order, when those before have too few reals up
 * @param deadFlows what established flows to a real that is down do
 */
public record Failover(List<String> fallbacks, DeadFlows deadFlows) {
    /** No fallback, and flows of the dead move at once. */
    public static final Failover DEFAULT = new Failover(List.of(), DeadFlows.REPICK);

    public Failover {
        fallbacks = List.copyOf(fallbacks);
        Require.that(new HashSet<>(fallbacks).size() == fallbacks.size(), "a fallback is named twice: " + fallbacks);
    }

    /** What established flows do when their real is down. */
    public enum DeadFlows {
        /** They go to another real with their next packet. */
        REPICK,
        /** They stay where they are, for the case that the real lives and the probe was wrong. */
        KEEP;

        /** As the configuration spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
