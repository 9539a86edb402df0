// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.VipKeys;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

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
     * @param routes what names members past both
     */
    public record DesiredVip(
            VipKey key, boolean tracked, HashKind hash, DesiredRoutes routes, List<DesiredMember> members) {
        public DesiredVip {
            members = List.copyOf(members);
            Set<InetAddress> reals = members.stream().map(DesiredMember::real).collect(Collectors.toSet());
            if (!reals.containsAll(routes.reals())) {
                throw new IllegalArgumentException("VIP " + key + " has routes to real servers that are not its own");
            }
        }

        /** One whose new flows go by the 5-tuple. */
        public DesiredVip(VipKey key, boolean tracked, List<DesiredMember> members) {
            this(key, tracked, HashKind.FIVE_TUPLE, DesiredRoutes.NONE, members);
        }

        /** The same, with the members behind these interfaces down. */
        DesiredVip without(Set<Integer> interfaces) {
            if (members.stream().noneMatch(member -> interfaces.contains(member.egress))) {
                return this;
            }
            List<DesiredMember> reachable = members.stream()
                    .map(member -> interfaces.contains(member.egress) ? member.unreachable() : member)
                    .toList();
            return new DesiredVip(key, tracked, hash, routes, reachable);
        }

        VipRecord record(int id) {
            return new VipRecord(id, tracked, hash, routes.hasQuic(), routes.hasClients());
        }
    }

    /**
     * A member.
     *
     * @param weight share of new flows; counts only while the member is up
     * @param nextHop where its packets leave to; the index of its egress is for the reconciler to find, and not read
     * @param egress number of the interface that they leave by; 0 for the one that they come in by
     */
    public record DesiredMember(
            InetAddress real, int weight, MemberState state, NextHop nextHop, int egress, Encapsulation encapsulation) {
        /** By IP in IP, out where packets come in. */
        public DesiredMember(InetAddress real, int weight, MemberState state, NextHop nextHop) {
            this(real, weight, state, nextHop, 0, Encapsulation.IPIP);
        }

        /** The weight in the VIP's table. */
        public int effectiveWeight() {
            return state == MemberState.UP ? weight : 0;
        }

        private DesiredMember unreachable() {
            return new DesiredMember(real, weight, MemberState.DOWN, nextHop, 0, encapsulation);
        }

        /** What the map of members holds for it. */
        public MemberRecord record(DesiredVip vip, int vipId, int egressIndex) {
            return record(vip, VipKeys.match(vip.key()), vipId, egressIndex);
        }

        /** The same, for members that share the VIP's object. */
        MemberRecord record(DesiredVip vip, VipMatch match, int vipId, int egressIndex) {
            return new MemberRecord(
                    match,
                    state,
                    real,
                    nextHop.behind(egressIndex),
                    encapsulation,
                    vipId,
                    vip.routes().hasQuic() || vip.routes().hasClients());
        }
    }
}
