// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import dev.thresher.daemon.reconcile.TableBuilder;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthState;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the data plane does now with what it would do with another configuration, at the present health of the real
 * servers. Those that nobody knows yet are taken to be up and to be reached: that is what they are added for.
 */
final class Forecaster {
    private static final MacAddress ANYWHERE = MacAddress.of(new byte[] {2, 0, 0, 0, 0, 0});
    private static final int ANY_MTU = 0;

    private final TableBuilder tables;
    private final Map<Target, TargetHealth> healths;
    private final Map<InetAddress, Resolution> nextHops;
    private final long nowNanos;

    /** Tables that were compared already: VIPs that share a pool share the answer. */
    private final Map<List<Map<InetAddress, Integer>>, Double> compared = new HashMap<>();

    /**
     * @param healths what is known now
     * @param nextHops the same
     * @param nowNanos on the clock of the health checker
     */
    Forecaster(
            TableBuilder tables,
            Map<Target, TargetHealth> healths,
            Map<InetAddress, Resolution> nextHops,
            long nowNanos) {
        this.tables = tables;
        this.healths = healths;
        this.nextHops = nextHops;
        this.nowNanos = nowNanos;
    }

    /** What it would do. Its builder is for one thread. */
    Decision decision(InForce next) {
        return next.builder().build(healthsIn(next)::get, nextHopsIn(next), nowNanos);
    }

    Forecast compare(Decision before, Decision after) {
        Map<VipKey, DesiredVip> present =
                before.state().vips().stream().collect(Collectors.toMap(DesiredVip::key, Function.identity()));
        Map<VipKey, Double> moved = new LinkedHashMap<>();
        List<String> warnings = new ArrayList<>();
        for (DesiredVip vip : after.state().vips()) {
            DesiredVip now = present.get(vip.key());
            double share = now == null ? 0 : moved(weights(now), weights(vip));
            if (share > 0) {
                moved.put(vip.key(), share);
            }
            addServing(
                    warnings,
                    vip.key(),
                    before.plans().get(vip.key()),
                    after.plans().get(vip.key()));
        }
        return new Forecast(moved, warnings);
    }

    private static void addServing(
            List<String> warnings, VipKey vip, @Nullable VipPlan before, @Nullable VipPlan after) {
        if (after != null && after.mode() != Mode.NORMAL && (before == null || before.mode() != after.mode())) {
            warnings.add("VIP " + vip + ": " + PlanText.of(after));
        }
    }

    private static Map<InetAddress, Integer> weights(DesiredVip vip) {
        return vip.members().stream()
                .filter(member -> member.state() == MemberState.UP && member.weight() > 0)
                .collect(Collectors.toMap(DesiredMember::real, DesiredMember::weight));
    }

    private double moved(Map<InetAddress, Integer> before, Map<InetAddress, Integer> after) {
        if (before.equals(after)) {
            return 0;
        }
        return compared.computeIfAbsent(List.of(before, after), any -> shareThatDiffers(before, after));
    }

    private double shareThatDiffers(Map<InetAddress, Integer> before, Map<InetAddress, Integer> after) {
        if (before.isEmpty() || after.isEmpty()) {
            return 1;
        }
        Map<InetAddress, Integer> ids = new HashMap<>();
        int[] now = tables.build(entries(before, ids));
        int[] then = tables.build(entries(after, ids));
        int differing = 0;
        for (int slot = 0; slot < now.length; slot++) {
            if (now[slot] != then[slot]) {
                differing++;
            }
        }
        return (double) differing / now.length;
    }

    private static List<TableBuilder.Entry> entries(Map<InetAddress, Integer> weights, Map<InetAddress, Integer> ids) {
        List<TableBuilder.Entry> entries = new ArrayList<>();
        weights.forEach((real, weight) -> {
            ids.putIfAbsent(real, ids.size());
            entries.add(new TableBuilder.Entry(ids.getOrDefault(real, 0), real, weight));
        });
        return entries;
    }

    /** A real server whose check is edited keeps what is known of it. */
    private Map<Target, TargetHealth> healthsIn(InForce next) {
        Set<Target> wanted = next.targets().uses().keySet();
        Map<InetAddress, Health> known = new HashMap<>();
        healths.forEach((target, health) -> {
            boolean leaves = !wanted.contains(target);
            known.merge(target.real(), health.state().verdict(), (one, another) -> leaves ? another : one);
        });
        Map<Target, TargetHealth> foreseen = new HashMap<>(healths);
        for (Target target : wanted) {
            Health verdict = known.getOrDefault(target.real(), Health.UP);
            foreseen.computeIfAbsent(
                    target, any -> new TargetHealth(any, HealthState.initial(verdict, nowNanos), null, List.of()));
        }
        return foreseen;
    }

    private Map<InetAddress, Resolution> nextHopsIn(InForce next) {
        Map<InetAddress, Resolution> foreseen = new HashMap<>(nextHops);
        next.reals()
                .forEach(real -> foreseen.putIfAbsent(
                        real,
                        new Resolution.Resolved(ANYWHERE, ANYWHERE, real, Resolution.Resolved.SAME_PORT, ANY_MTU)));
        return foreseen;
    }
}
