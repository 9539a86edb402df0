// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.plan.VipPlan.Mode;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One VIP.
 *
 * @param key its identity
 * @param pool name of the pool that serves it
 * @param mode how it is served now
 * @param servingPool by which pool: its own, or a fallback
 * @param tracked whether its flows are kept in the connection table
 * @param routing what picks a real server where the connection table does not
 * @param traffic sum over the members
 * @param drops packets for this VIP that were dropped, by reason; those at 0 left out
 * @param members in the order of the configuration, those of fallbacks last
 */
public record VipState(
        VipKey key,
        String pool,
        Mode mode,
        String servingPool,
        boolean tracked,
        VipRouting routing,
        Traffic traffic,
        SortedMap<String, Long> drops,
        List<MemberState> members) {
    public VipState {
        drops = Collections.unmodifiableSortedMap(new TreeMap<>(drops));
        members = List.copyOf(members);
    }

    /** Packets for this VIP that were dropped, whatever the reason. */
    public long dropped() {
        return drops.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Members that are fit to serve. */
    public int membersUp() {
        return (int) members.stream().filter(member -> member.health().serves()).count();
    }
}
