// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Member;
import dev.thresher.config.Order;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of what happens to members and VIPs: to the log, and to whoever listens. */
final class HealthNews {
    private static final Logger LOG = LoggerFactory.getLogger(HealthNews.class);

    private final HealthFeed feed = new HealthFeed();
    private final Clock clock;
    /** What is probed: news of a target may come before the configuration that asks for it has reached the maps. */
    private final Supplier<Targets> targets;

    /** How VIPs are served as far as anybody has been told. Touched by the controller's thread alone. */
    private final Map<VipKey, VipPlan> told = new HashMap<>();

    HealthNews(Supplier<Targets> targets, Clock clock) {
        this.targets = targets;
        this.clock = clock;
    }

    HealthFeed feed() {
        return feed;
    }

    /** One target's verdict is news of each member that it stands for. The checker has logged it, once. */
    void changed(Target target, Transition transition) {
        Targets now = targets.get();
        Order ofTarget = now.orders().getOrDefault(target, Order.SERVE);
        for (Targets.Use use : now.uses().getOrDefault(target, List.of())) {
            Order more =
                    use.real().order() == ofTarget ? Order.SERVE : use.real().order();
            tell(
                    use,
                    MemberHealths.of(more, transition.from()),
                    MemberHealths.of(more, transition.to()),
                    transition.reason());
        }
    }

    /** Tells of members whose order has changed while their target's, which others share, has not. */
    void reordered(Targets before, Targets after, Map<Target, TargetHealth> healths) {
        Map<Member, Targets.Use> earlier = new HashMap<>();
        before.forEach(use -> earlier.put(use.member(), use));
        after.forEach(use -> {
            Targets.Use previous = earlier.get(use.member());
            TargetHealth health = healths.get(use.target());
            if (previous != null
                    && health != null
                    && previous.target().equals(use.target())
                    && Objects.equals(
                            before.orders().get(use.target()), after.orders().get(use.target()))) {
                tell(
                        use,
                        MemberHealths.of(previous.real().order(), health.state().verdict()),
                        MemberHealths.of(use.real().order(), health.state().verdict()),
                        use.real().order() + " is configured for this VIP");
            }
        });
    }

    private void tell(Targets.Use use, Health from, Health to, String reason) {
        if (from != to) {
            HealthChange change =
                    new HealthChange(clock.instant(), stateOf(use.target(), from), stateOf(use.target(), to), reason);
            feed.publish(
                    new HealthEvent.MemberChanged(use.vip().key(), use.real().address(), change));
        }
    }

    /**
     * Tells of VIPs that are served in another way than before. A first plan is news if it is not as it should be, but that
     * nobody serves before the first probes have ended is not news yet.
     */
    void planned(Map<VipKey, VipPlan> plans) {
        told.keySet().retainAll(plans.keySet());
        plans.forEach((vip, plan) -> {
            VipPlan previous = told.get(vip);
            if (previous == null && plan.mode() == Mode.NONE && plan.undecided()) {
                return;
            }
            told.put(vip, plan);
            Mode mode = previous == null ? Mode.NORMAL : previous.mode();
            boolean samePool = previous == null || previous.pool().equals(plan.pool());
            if (mode != plan.mode() || (!samePool && plan.mode() == Mode.FALLBACK)) {
                log(vip, plan);
                feed.publish(new HealthEvent.ServingChanged(vip, clock.instant(), mode, plan.mode(), plan.pool()));
            }
        });
    }

    private static void log(VipKey vip, VipPlan plan) {
        String text = "VIP " + vip + ": " + PlanText.of(plan);
        switch (plan.mode()) {
            case NORMAL -> LOG.info("{}", text);
            case FALLBACK, SHORT -> LOG.warn("{}", text);
            case PANIC, NONE -> LOG.error("{}", text);
        }
    }

    static HealthState stateOf(Target target, Health health) {
        return target.check().probes() ? HealthState.valueOf(health.name()) : unprobed(health);
    }

    /** Without probes it is up, unless somebody ordered otherwise. */
    private static HealthState unprobed(Health health) {
        return switch (health) {
            case DRAIN -> HealthState.DRAIN;
            case MAINTENANCE -> HealthState.MAINTENANCE;
            case UP, DOWN, UNKNOWN -> HealthState.UNCHECKED;
        };
    }
}
