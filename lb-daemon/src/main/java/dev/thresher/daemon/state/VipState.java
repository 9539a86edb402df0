// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.util.List;

/**
 * One VIP.
 *
 * @param key its identity
 * @param pool name of the pool that serves it
 * @param mode how it is served now
 * @param servingPool by which pool: its own, or a fallback
 * @param tracked whether its flows are kept in the connection table
 * @param traffic sum over the members
 * @param drops packets for this VIP that were dropped
 * @param members in the order of the configuration, those of fallbacks last
 */
public record VipState(
        VipKey key,
        String pool,
        Mode mode,
        String servingPool,
        boolean tracked,
        Traffic traffic,
        long drops,
        List<MemberState> members) {
    public VipState {
        members = List.copyOf(members);
    }

    /** Members that are fit to serve. */
    public int membersUp() {
        return (int) members.stream().filter(member -> member.health().serves()).count();
    }
}
