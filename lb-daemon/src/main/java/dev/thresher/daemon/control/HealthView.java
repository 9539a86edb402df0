// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.health.HealthChange;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.health.HealthReport;
import dev.thresher.daemon.health.HealthReport.MemberHealth;
import dev.thresher.daemon.health.HealthReport.VipHealth;
import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.daemon.state.VipState;
import dev.thresher.healthcheck.HealthChecker;
import dev.thresher.healthcheck.HealthState;
import dev.thresher.healthcheck.LastProbe;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.net.InetAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts together reports on health, at the moment they are asked for. */
public final class HealthView implements HealthSource {
    private final Controller controller;
    private final StateSource state;

    /** A real server in one of a VIP's pools. */
    private record Place(Member member, String pool) {
        static Place of(VipKey vip, String pool, InetAddress real) {
            return new Place(new Member(vip, real), pool);
        }
    }

    public HealthView(Controller controller, StateSource state) {
        this.controller = controller;
        this.state = state;
    }

    @Override
    public HealthFeed feed() {
        return controller.feed();
    }

    @Override
    public HealthReport report(@Nullable VipKey vip, boolean history) {
        DaemonState now = state.snapshot();
        HealthChecker checker = controller.checker();
        Map<Place, Target> targets = targets();
        Moment moment = new Moment(now.observedAt(), checker.nanoTime(), checker.snapshot(), history);
        return new HealthReport(
                now.observedAt(),
                now.vips().stream()
                        .filter(each -> vip == null || vip.equals(each.key()))
                        .map(each -> report(each, targets, moment))
                        .toList());
    }

    private Map<Place, Target> targets() {
        Map<Place, Target> targets = new HashMap<>();
        controller
                .published()
                .targets()
                .forEach(use -> targets.put(
                        Place.of(use.vip().key(), use.pool().name(), use.real().address()), use.target()));
        return targets;
    }

    private static VipHealth report(VipState vip, Map<Place, Target> targets, Moment moment) {
        return new VipHealth(
                vip.key(),
                vip.pool(),
                vip.mode(),
                vip.servingPool(),
                vip.members().stream()
                        .map(member ->
                                report(member, targets.get(Place.of(vip.key(), member.pool(), member.real())), moment))
                        .toList());
    }

    private static MemberHealth report(MemberState member, @Nullable Target target, Moment moment) {
        TargetHealth health = target == null ? null : moment.healths.get(target);
        if (target == null || health == null) {
            return new MemberHealth(member, "", "", null, false, 0, 0, List.of());
        }
        LastProbe probe = health.lastProbe();
        HealthState counts = health.state();
        return new MemberHealth(
                member,
                target.check().probes() ? target.toString() : "",
                health.lender() == null
                        ? probe == null ? "" : probe.result().text()
                        : StateView.onLoan(health.lender()),
                probe == null ? null : probe.result().warning(),
                HealthWarnings.isStale(health, moment.nowNanos),
                counts.successes(),
                counts.failures(),
                moment.history ? moment.changes(health) : List.of());
    }

    /** When a report is made, and of what. */
    private record Moment(Instant now, long nowNanos, Map<Target, TargetHealth> healths, boolean history) {
        List<HealthChange> changes(TargetHealth health) {
            return health.history().stream()
                    .map(transition -> new HealthChange(
                            now.minusNanos(nowNanos - transition.atNanos()),
                            HealthNews.stateOf(health.target(), transition.from()),
                            HealthNews.stateOf(health.target(), transition.to()),
                            transition.reason()))
                    .toList();
        }
    }
}
