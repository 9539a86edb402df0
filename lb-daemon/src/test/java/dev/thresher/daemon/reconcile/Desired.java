// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.List;

/** Short words for desired states. */
final class Desired {
    static final VipKey WEB = VipKey.parse("203.0.113.10:80/tcp");
    static final VipKey WEB6 = VipKey.parse("[2001:db8::10]:80/tcp");
    static final VipKey DNS = VipKey.parse("203.0.113.10:any/udp");

    private static final MacAddress OURS = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 1});

    private Desired() {}

    static DesiredState state(DesiredVip... vips) {
        return new DesiredState(List.of(vips));
    }

    static DesiredVip vip(VipKey key, DesiredMember... members) {
        return new DesiredVip(key, true, List.of(members));
    }

    static DesiredMember up(int real) {
        return member(real, 1, MemberState.UP);
    }

    static DesiredMember up(int real, int weight) {
        return member(real, weight, MemberState.UP);
    }

    static DesiredMember down(int real) {
        return member(real, 1, MemberState.DOWN);
    }

    static DesiredMember member(int real, int weight, MemberState state) {
        return member(real, weight, state, 0);
    }

    static DesiredMember member(int real, int weight, MemberState state, int gateway) {
        return member(real, weight, state, gateway, 0);
    }

    static DesiredMember member(int real, int weight, MemberState state, int gateway, int egress) {
        return new DesiredMember(address(real), weight, state, nextHop(gateway), egress, Encapsulation.IPIP);
    }

    static NextHop nextHop(int gateway) {
        return new NextHop(MacAddress.of(new byte[] {2, 0, 0, 0, 1, (byte) gateway}), OURS);
    }

    /** The same as one who looks for next hops tells it. */
    static Resolved resolved(int real, int gateway) {
        NextHop hop = nextHop(gateway);
        return new Resolved(hop.destination(), hop.source(), address(real), Resolved.SAME_PORT, 0, hop.vlan());
    }

    /** A VIP some of whose members are named by what packets say. */
    static DesiredVip routed(VipKey key, DesiredRoutes routes, DesiredMember... members) {
        return new DesiredVip(key, true, HashKind.FIVE_TUPLE, routes, List.of(members));
    }

    /** Every other one is IPv6. */
    static InetAddress address(int real) {
        return IpText.parse(real % 2 == 0 ? "10.0.0." + real : "fd00::" + real);
    }
}
