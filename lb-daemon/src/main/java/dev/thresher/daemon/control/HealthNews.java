// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.Mode;
import dev.thresher.daemon.state.HealthState;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.Transition;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
        HealthChange change = new HealthChange(
                clock.instant(),
                stateOf(target, transition.from()),
                stateOf(target, transition.to()),
                transition.reason());
        for (Targets.Use use : targets.get().uses().getOrDefault(target, List.of())) {
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

    static HealthState stateOf(Target target, dev.thresher.healthcheck.Health health) {
        return target.check().probes() ? HealthState.valueOf(health.name()) : unprobed(health);
    }

    /** Without probes it is up, unless somebody ordered otherwise. */
    private static HealthState unprobed(dev.thresher.healthcheck.Health health) {
        return switch (health) {
            case DRAIN -> HealthState.DRAIN;
            case MAINTENANCE -> HealthState.MAINTENANCE;
            case UP, DOWN, UNKNOWN -> HealthState.UNCHECKED;
        };
    }
}
