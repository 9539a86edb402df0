// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.VipKey;
import java.net.InetAddress;
import java.util.List;

/** What the data plane shall do: the sum of configuration, health and next hops. The order of the lists means nothing. */
public record DesiredState(List<DesiredVip> vips) {
    public DesiredState {
        vips = List.copyOf(vips);
    }

    /** A VIP and all members of its pool, serving or not. */
    public record DesiredVip(VipKey key, boolean tracked, List<DesiredMember> members) {
        public DesiredVip {
            members = List.copyOf(members);
        }
    }

    /**
     * A member.
     *
     * @param weight share of new flows; counts only while the member is up
     */
    public record DesiredMember(InetAddress real, int weight, MemberState state, NextHop nextHop) {
        /** The weight in the VIP's table. */
        public int effectiveWeight() {
            return state == MemberState.UP ? weight : 0;
        }
    }
}
