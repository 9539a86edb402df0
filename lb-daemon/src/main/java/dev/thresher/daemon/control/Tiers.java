// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Real;
import dev.thresher.daemon.control.Targets.VipPools;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.Candidate;
import dev.thresher.daemon.plan.Standing;
import dev.thresher.daemon.plan.Tier;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Puts what is known about real servers in the terms of the planner. */
final class Tiers {
    private final ZeroWeights zeroWeights;

    Tiers(ZeroWeights zeroWeights) {
        this.zeroWeights = zeroWeights;
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
        boolean drainsByWeight = verdict == Health.UP && real.weight() == 0;
        return new Candidate(
                real.address(),
                real.weight(),
                standing(verdict),
                drainsByWeight ? zeroWeights.of(use) : health.state().sinceNanos(),
                comesBack(health));
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
