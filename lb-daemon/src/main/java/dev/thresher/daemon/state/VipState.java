// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.VipKey;
import java.util.List;

/**
 * One VIP.
 *
 * @param key its identity
 * @param pool name of the pool that serves it
 * @param tracked whether its flows are kept in the connection table
 * @param traffic sum over the members
 * @param drops packets for this VIP that were dropped
 * @param members in the order of the configuration
 */
public record VipState(
        VipKey key, String pool, boolean tracked, Traffic traffic, long drops, List<MemberState> members) {
    public VipState {
        members = List.copyOf(members);
    }

    /** Members that are fit to serve. */
    public int membersUp() {
        return (int) members.stream().filter(member -> member.health().serves()).count();
    }
}
