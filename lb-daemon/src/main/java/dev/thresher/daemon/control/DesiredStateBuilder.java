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
import dev.thresher.daemon.plan.Tier;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The pure part: what the data plane shall do, given what is configured and what is known. What follows from the same as the
 * time before is the same object as then, so that one verdict among ten thousand costs little. For one thread.
 */
final class DesiredStateBuilder {
    private static final MacAddress NOWHERE = MacAddress.of(new byte[MacAddress.LENGTH]);

    private final Targets targets;
    private final MacAddress source;
    private final Tiers tiers;

    private final Map<VipKey, Planned> latest = new HashMap<>();

    /** Real servers behind one router share its object: there may be tens of thousands. */
    private final Map<NextHop, NextHop> hops = new HashMap<>();

    private Map<InetAddress, Resolution> latestNextHops = Map.of();

    /** A VIP as it was planned last, and from what. */
    private record Planned(List<Tier> tiers, VipPlan plan, DesiredVip vip) {
        /** Is it what would be planned now? Where time plays a part that has to be looked at. */
        boolean holds(List<Tier> now) {
            return plan.untilNanos() == Long.MAX_VALUE && tiers.equals(now);
        }
    }

    DesiredStateBuilder(Targets targets, MacAddress source, Tiers tiers) {
        this.targets = targets;
        this.source = source;
        this.tiers = tiers;
    }

    /**
     * What shall be.
     *
     * @param healths null for a target of which nothing is known
     */
    Decision build(
            Function<Target, @Nullable TargetHealth> healths, Map<InetAddress, Resolution> nextHops, long nowNanos) {
        VipPlanner planner = new VipPlanner(nowNanos);
        List<DesiredVip> vips = new ArrayList<>();
        Map<VipKey, VipPlan> plans = new LinkedHashMap<>();
        if (nextHops != latestNextHops) {
            latest.clear();
            hops.clear();
            latestNextHops = nextHops;
        }
        for (VipPools pools : targets.vips()) {
            Planned planned = planned(pools, healths, nextHops, planner);
            vips.add(planned.vip());
            plans.put(pools.vip().key(), planned.plan());
        }
        return new Decision(new DesiredState(vips), plans);
    }

    private Planned planned(
            VipPools pools,
            Function<Target, @Nullable TargetHealth> healths,
            Map<InetAddress, Resolution> nextHops,
            VipPlanner planner) {
        Vip vip = pools.vip();
        List<Tier> now = tiers.of(pools, healths, nextHops);
        Planned before = latest.get(vip.key());
        if (before != null && before.holds(now)) {
            return before;
        }
        VipPlan plan = planner.plan(now, vip.failover().deadFlows());
        List<DesiredMember> members = plan.members().stream()
                .map(member -> member(member, pools.pool(member.pool()), nextHops))
                .toList();
        Planned planned = new Planned(now, plan, Wanted.vip(vip, pools.pool(vip.pool()), members));
        latest.put(vip.key(), planned);
        return planned;
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

    private DesiredMember member(
            InetAddress real, int weight, MemberState state, Pool pool, Resolution.Resolved resolved) {
        NextHop hop = new NextHop(resolved.destination(), resolved.source(), resolved.mtu(), 0, resolved.vlan());
        NextHop shared = hops.computeIfAbsent(hop, any -> any);
        return new DesiredMember(real, weight, state, shared, resolved.egress(), Wanted.encapsulation(pool));
    }
}
