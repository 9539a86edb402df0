// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import org.jspecify.annotations.Nullable;

/**
 * What one VIP wants of a real server otherwise than its pool.
 *
 * @param weight as {@link Real#weight}; null for the pool's
 * @param order null for the pool's
 */
public record MemberOverride(
        @Nullable Integer weight, @Nullable Order order) {
    public MemberOverride {
        if (weight != null) {
            Require.inRange("the weight of a member", weight, 0, Real.MAX_WEIGHT);
        }
    }

    /** The real server as the VIP has it. */
    Real of(Real real) {
        return new Real(
                real.address(),
                weight == null ? real.weight() : weight,
                order == null ? real.order() : order,
                real.serverIds());
    }
}
