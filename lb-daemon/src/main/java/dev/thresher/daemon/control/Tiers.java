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
    private final ZeroWeights zeroWeights;
    private final Arrivals arrivals;

    Tiers(ZeroWeights zeroWeights, Arrivals arrivals) {
        this.zeroWeights = zeroWeights;
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
        Health verdict = health.state().health();
        OptionalLong arrival = arrivals.of(use);
        return new Candidate(
                real.address(),
                real.weight(),
                standing(verdict),
                sinceNanos(use, health, arrival),
                arrival.isPresent() || comesBack(health));
    }

    /** Of a drain: since it was asked for, however often the real server has gone down and up in it. */
    private long sinceNanos(Targets.Use use, TargetHealth health, OptionalLong arrival) {
        HealthState state = health.state();
        if (state.health() == Health.DRAIN) {
            return state.orderedNanos();
        }
        if (state.health() == Health.UP && use.real().weight() == 0) {
            return zeroWeights.of(use);
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

    /** A first verdict is no return: at a start all real servers come up at about the same time. */
    private static boolean comesBack(TargetHealth health) {
        List<Transition> history = health.history();
        return !history.isEmpty() && (history.size() > 1 || history.get(0).from() == Health.DOWN);
    }
}
