// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.VipKeys;
import java.net.InetAddress;
import java.util.List;

/** What the data plane shall do: the sum of configuration, health and next hops. The order of the lists means nothing. */
public record DesiredState(List<DesiredVip> vips) {
    public DesiredState {
        vips = List.copyOf(vips);
    }

    /**
     * A VIP and all members of its pool, serving or not.
     *
     * @param tracked its flows are kept in the connection table
     * @param hash what decides a new flow's slot
     * @param quic connection ids may name a real server
     * @param sourceRoutes client prefixes may name a real server
     */
    public record DesiredVip(
            VipKey key,
            boolean tracked,
            HashKind hash,
            boolean quic,
            boolean sourceRoutes,
            List<DesiredMember> members) {
        public DesiredVip {
            members = List.copyOf(members);
        }

        /** One whose new flows go by the 5-tuple. */
        public DesiredVip(VipKey key, boolean tracked, List<DesiredMember> members) {
            this(key, tracked, HashKind.FIVE_TUPLE, false, false, members);
        }

        VipRecord record(int id) {
            return new VipRecord(id, tracked, hash, quic, sourceRoutes);
        }
    }

    /**
     * A member.
     *
     * @param weight share of new flows; counts only while the member is up
     */
    public record DesiredMember(
            InetAddress real, int weight, MemberState state, NextHop nextHop, Encapsulation encapsulation) {
        /** By IP in IP. */
        public DesiredMember(InetAddress real, int weight, MemberState state, NextHop nextHop) {
            this(real, weight, state, nextHop, Encapsulation.IPIP);
        }

        /** The weight in the VIP's table. */
        public int effectiveWeight() {
            return state == MemberState.UP ? weight : 0;
        }

        MemberRecord record(DesiredVip vip, int vipId) {
            return new MemberRecord(
                    VipKeys.match(vip.key()),
                    state,
                    real,
                    nextHop,
                    encapsulation,
                    vipId,
                    vip.quic() || vip.sourceRoutes());
        }
    }
}
