// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.List;

/** Reads what health means for the traffic of a pool. */
final class PolicyReader {
    private PolicyReader() {}

    /** @param reals of the pool, as far as they are sound */
    static PoolPolicy read(SectionReader pool, List<Real> reals) {
        int minHealthy = pool.get(PolicyKeys.MIN_HEALTHY);
        if (minHealthy > reals.size() && pool.has(PolicyKeys.MIN_HEALTHY) && !reals.isEmpty()) {
            pool.complain(
                    PolicyKeys.MIN_HEALTHY,
                    "the pool has " + reals.size() + " reals, so there are never " + minHealthy + " up");
        }
        return new PoolPolicy(
                pool.get(PolicyKeys.SLOW_START),
                pool.seek(PolicyKeys.DRAIN_TIMEOUT).orElse(null),
                minHealthy,
                pool.get(PolicyKeys.PANIC_THRESHOLD));
    }
}
