// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Real;
import dev.thresher.daemon.control.Targets.VipPools;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.Candidate;
import dev.thresher.daemon.plan.Standing;
import dev.thresher.daemon.plan.Tier;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthState;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts what is known about real servers in the terms of the planner. */
final class Tiers {
    private final Withheld withheld;
    private final Arrivals arrivals;

    Tiers(Withheld withheld, Arrivals arrivals) {
        this.withheld = withheld;
        this.arrivals = arrivals;
    }

    List<Tier> of(
            VipPools vip, Function<Target, @Nullable TargetHealth> healths, Map<InetAddress, Resolution> nextHops) {
        return vip.pools().stream()
                .map(each -> new Tier(
                        each.pool().name(),
                        each.pool().policy(),
                        each.uses().stream()
                                .map(use -> candidate(use, healths, nextHops))
                                .toList()))
                .toList();
    }

    private Candidate candidate(
            Targets.Use use, Function<Target, @Nullable TargetHealth> healths, Map<InetAddress, Resolution> nextHops) {
        Real real = use.real();
        TargetHealth health = healths.apply(use.target());
        boolean reachable =
                Reach.of(use.pool(), real.address(), nextHops.get(real.address())) instanceof Resolution.Resolved;
        if (!reachable || health == null) {
            Standing standing = reachable ? Standing.UNKNOWN : Standing.OUT;
            return new Candidate(real.address(), real.weight(), standing, 0, false);
        }
        OptionalLong arrival = arrivals.of(use);
        return new Candidate(
                real.address(),
                real.weight(),
                standing(MemberHealths.of(real.order(), health.state().verdict())),
                sinceNanos(use, health.state(), arrival),
                arrival.isPresent() || comesBack(health));
    }

    /** Of a drain: since it was asked for, however often the real server has gone down and up in it. */
    private long sinceNanos(Targets.Use use, HealthState state, OptionalLong arrival) {
        if (state.verdict() == Health.UP && !use.real().takesFlows()) {
            return withheld.since(use);
        }
        return arrival.isPresent() && arrival.getAsLong() - state.sinceNanos() > 0
                ? arrival.getAsLong()
                : state.sinceNanos();
    }

    private static Standing standing(Health verdict) {
        return switch (verdict) {
            case UP -> Standing.UP;
            case DOWN -> Standing.DOWN;
            case UNKNOWN -> Standing.UNKNOWN;
            case DRAIN -> Standing.DRAIN;
            case MAINTENANCE -> Standing.OUT;
        };
    }

    /**
     * A first verdict is no return: at a start all real servers come up at about the same time. Neither is the end of a
     * drain: who was drained has served all the while.
     */
    private static boolean comesBack(TargetHealth health) {
        List<Transition> history = health.history();
        if (history.isEmpty()) {
            return false;
        }
        Health before = history.get(history.size() - 1).from();
        return before != Health.DRAIN && (history.size() > 1 || before == Health.DOWN);
    }
}
