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
                comesBack(health, arrival));
    }

    /** Of a drain: since it was asked for, however often the real server has gone down and up in it. */
    private long sinceNanos(Targets.Use use, HealthState state, OptionalLong arrival) {
        if (state.verdict() == Health.UP && !use.real().takesFlows()) {
            return withheld.since(use);
        }
        return isNewerThan(state, arrival) ? arrival.getAsLong() : state.sinceNanos();
    }

    /** Was the real server what it is now when it was added: has it served elsewhere, and nobody here? */
    private static boolean isNewerThan(HealthState state, OptionalLong arrival) {
        return arrival.isPresent() && arrival.getAsLong() - state.sinceNanos() > 0;
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
     * A first verdict is no return, but of one that was added: at a start all real servers come up at about the same time.
     * Neither is the end of a drain of one that was up all the while: it is warm. One that went down in its drain, as in a
     * rolling deploy, or that came up into it, has had no flows yet.
     */
    private static boolean comesBack(TargetHealth health, OptionalLong arrival) {
        if (isNewerThan(health.state(), arrival)) {
            return true;
        }
        List<Transition> history = health.history();
        int rise = history.size() - 1;
        if (rise > 0 && history.get(rise).from() == Health.DRAIN) {
            rise--; // What it came into the drain from.
        }
        Health before = rise < 0 ? Health.UNKNOWN : history.get(rise).from();
        return switch (before) {
            case UP, DRAIN -> false;
            case DOWN -> true;
            case UNKNOWN, MAINTENANCE -> rise > 0 || arrival.isPresent();
        };
    }
}
