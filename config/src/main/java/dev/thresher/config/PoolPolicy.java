// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a pool's health means for its traffic.
 *
 * @param slowStart over which a real that comes back gets from a fifth of its weight to all of it; zero for at once
 * @param drainTimeout how long a real that drains keeps its flows; null for as long as they last
 * @param minHealthy with fewer reals up, the pool is not used if there is a fallback that is better off; at least 1
 * @param panicThreshold with fewer percent of the reals up, all of them are used, whatever their probes say: then it is
 *     likelier that the probes are wrong; 0 to 100, 0 for never
 */
public record PoolPolicy(Duration slowStart, @Nullable Duration drainTimeout, int minHealthy, int panicThreshold) {
    /** A real that comes back gets all of its weight at once, drains for as long as it takes, and there is no panic. */
    public static final PoolPolicy DEFAULT = new PoolPolicy(Duration.ZERO, null, 1, 0);

    public PoolPolicy {
        Require.that(!slowStart.isNegative(), "slow start must not be negative, as " + slowStart + " is");
        if (drainTimeout != null) {
            Require.positive("the drain timeout", drainTimeout);
        }
        Require.inRange("min-healthy", minHealthy, 1, Integer.MAX_VALUE);
        Require.inRange("the panic threshold", panicThreshold, 0, 100);
    }
}
