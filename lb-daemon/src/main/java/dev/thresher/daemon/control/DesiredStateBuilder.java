// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Pool;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.control.Targets.VipPools;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.MemberPlan;
import dev.thresher.daemon.plan.VipPlanner;
import dev.thresher.daemon.probing.ProbedMember;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The pure part: what the data plane shall do, given what is configured and what is known. */
final class DesiredStateBuilder {
    private static final MacAddress NOWHERE = MacAddress.of(new byte[MacAddress.LENGTH]);

    private final Targets targets;
    private final MacAddress source;
    private final Tiers tiers;

    DesiredStateBuilder(Targets targets, MacAddress source, Tiers tiers) {
        this.targets = targets;
        this.source = source;
        this.tiers = tiers;
    }

    Decision build(Map<Target, TargetHealth> healths, Map<InetAddress, Resolution> nextHops, long nowNanos) {
        VipPlanner planner = new VipPlanner(nowNanos);
        List<DesiredVip> vips = new ArrayList<>();
        Map<VipKey, VipPlan> plans = new LinkedHashMap<>();
        for (VipPools pools : targets.vips()) {
            Vip vip = pools.vip();
            VipPlan plan = planner.plan(
                    tiers.of(pools, healths, nextHops), vip.failover().deadFlows());
            plans.put(vip.key(), plan);
            List<DesiredMember> members = plan.members().stream()
                    .map(member -> member(member, pools.pool(member.pool()), nextHops))
                    .toList();
            vips.add(Wanted.vip(vip, pools.pool(vip.pool()), members));
        }
        return new Decision(new DesiredState(vips), plans);
    }

    /** For each target that is probed through the tunnel and can be reached: how clients' packets get there. */
    Map<Target, ProbedMember> probedMembers(Map<InetAddress, Resolution> nextHops) {
        Map<Target, ProbedMember> members = new LinkedHashMap<>();
        targets.uses().forEach((target, uses) -> {
            Targets.Use use = uses.get(0);
            Resolution nextHop = Reach.of(use.pool(), target.real(), nextHops.get(target.real()));
            if (target.way() instanceof Target.Way.Tunnel && nextHop instanceof Resolution.Resolved resolved) {
                DesiredMember member = member(target.real(), 0, MemberState.DOWN, use.pool(), resolved);
                DesiredVip vip = new DesiredVip(use.vip().key(), true, List.of());
                members.put(target, new ProbedMember(member.record(vip, 0, 0), member.egress()));
            }
        });
        return members;
    }

    /** A real that cannot be reached is as good as down, whatever its probes say. */
    private DesiredMember member(MemberPlan plan, Pool pool, Map<InetAddress, Resolution> nextHops) {
        return Reach.of(pool, plan.real(), nextHops.get(plan.real())) instanceof Resolution.Resolved resolved
                ? member(plan.real(), plan.tableWeight(), plan.state(), pool, resolved)
                : new DesiredMember(
                        plan.real(),
                        0,
                        MemberState.DOWN,
                        new NextHop(NOWHERE, source),
                        Resolution.Resolved.SAME_PORT,
                        Wanted.encapsulation(pool));
    }

    private static DesiredMember member(
            InetAddress real, int weight, MemberState state, Pool pool, Resolution.Resolved resolved) {
        NextHop hop = new NextHop(resolved.destination(), resolved.source(), resolved.mtu(), 0);
        return new DesiredMember(real, weight, state, hop, resolved.egress(), Wanted.encapsulation(pool));
    }
}
