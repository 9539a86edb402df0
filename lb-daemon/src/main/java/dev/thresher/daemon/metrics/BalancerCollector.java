// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import dev.thresher.config.IpText;
import dev.thresher.daemon.health.HealthReport.MemberHealth;
import dev.thresher.daemon.health.HealthReport.VipHealth;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonInfo;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.MemberState;
import dev.thresher.daemon.state.VipState;
import dev.thresher.healthcheck.CheckerStatus;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** The daemon's own metrics, read at each scrape. */
final class BalancerCollector implements MultiCollector {
    private static final double MILLIS = 1e3;
    private static final double NANOS = 1e9;

    private final MetricsSource source;

    BalancerCollector(MetricsSource source) {
        this.source = source;
    }

    @Override
    public MetricSnapshots collect() {
        Series series = new Series();
        DaemonState state = source.state().snapshot();
        addDaemon(series, state);
        source.state().counters().forEach(counter -> addCounter(series, counter));
        state.vips().forEach(vip -> addVip(series, vip));
        source.health().report(null, false).vips().forEach(vip -> addStale(series, vip));
        addChecker(series, source.checker().get());
        source.fills().get().forEach(fill -> {
            series.add(MetricName.CAPACITY_USED, fill.used(), fill.setting());
            series.add(MetricName.CAPACITY_LIMIT, fill.room(), fill.setting());
        });
        source.certificateEnd()
                .get()
                .ifPresent(end ->
                        series.add(MetricName.API_CERTIFICATE_END_TIMESTAMP_SECONDS, end.toEpochMilli() / MILLIS));
        series.add(MetricName.NEXT_HOPS_UNRESOLVED, source.unresolved().getAsInt());
        return series.toSnapshots();
    }

    private static void addDaemon(Series series, DaemonState state) {
        DaemonInfo daemon = state.daemon();
        series.add(
                MetricName.BUILD_INFO,
                1,
                daemon.version(),
                daemon.instance(),
                daemon.interfaceName(),
                word(daemon.xdpMode()));
        series.add(MetricName.WARNINGS, daemon.warnings().size());
        series.add(MetricName.FLOWS, state.flows().confirmed(), "confirmed");
        series.add(MetricName.FLOWS, state.flows().unconfirmed(), "unconfirmed");
        series.add(MetricName.FLOWS, state.flows().expired(), "expired");
        series.add(MetricName.CAPACITY_USED, state.flows().occupied(), "thresher.flows.max");
        series.add(MetricName.CAPACITY_LIMIT, state.flows().places(), "thresher.flows.max");
        series.add(MetricName.CONFIG_REVISION, state.config().revision());
        series.add(
                MetricName.CONFIG_REVISION_TIMESTAMP_SECONDS,
                state.config().since().toEpochMilli() / MILLIS);
        Instant invalid = state.config().invalidSince();
        if (invalid != null) {
            series.add(MetricName.CONFIG_INVALID_SINCE_TIMESTAMP_SECONDS, invalid.toEpochMilli() / MILLIS);
        }
        series.add(MetricName.CONFIG_PROBLEMS, state.config().problems().size());
    }

    private static void addCounter(Series series, Counter counter) {
        MetricName metric = switch (counter.kind()) {
            case VERDICT -> MetricName.PACKETS;
            case DROP_REASON -> MetricName.DROPPED_PACKETS;
            case EVENT -> MetricName.EVENTS;
        };
        series.add(metric, counter.packets(), counter.name());
    }

    private static void addVip(Series series, VipState vip) {
        String key = vip.key().toString();
        vip.drops().forEach((reason, packets) -> series.add(MetricName.VIP_DROPPED_PACKETS, packets, key, reason));
        series.add(MetricName.VIP_MEMBERS, vip.members().size(), key);
        series.add(MetricName.VIP_MEMBERS_UP, vip.membersUp(), key);
        series.add(MetricName.VIP_MODE, 1, key, word(vip.mode()));
        vip.members().forEach(member -> addMember(series, key, member));
    }

    private static void addMember(Series series, String vip, MemberState member) {
        String real = IpText.format(member.real());
        series.add(MetricName.MEMBER_PACKETS, member.traffic().packets(), vip, real);
        series.add(MetricName.MEMBER_BYTES, member.traffic().bytes(), vip, real);
        series.add(MetricName.MEMBER_NEW_FLOWS, member.traffic().newFlows(), vip, real);
        series.add(MetricName.MEMBER_WEIGHT, member.weight(), vip, real);
        series.add(MetricName.MEMBER_EFFECTIVE_WEIGHT, member.effectiveWeight(), vip, real);
        series.add(MetricName.MEMBER_STATE, 1, vip, real, word(member.health()));
        Duration age = member.lastProbeAge();
        if (age != null) {
            series.add(MetricName.MEMBER_PROBE_AGE_SECONDS, seconds(age), vip, real);
        }
    }

    private static void addStale(Series series, VipHealth vip) {
        for (MemberHealth member : vip.members()) {
            if (!member.probe().isEmpty()) {
                series.add(
                        MetricName.MEMBER_PROBE_STALE,
                        member.stale() ? 1 : 0,
                        vip.vip().toString(),
                        IpText.format(member.member().real()));
            }
        }
    }

    private static void addChecker(Series series, CheckerStatus checker) {
        series.add(MetricName.PROBES, checker.probes());
        series.add(MetricName.PROBES_WAITING, checker.waiting());
        series.add(MetricName.CHECKER_RESTARTED_CHECKS, checker.restartedChecks());
        series.add(MetricName.CHECKER_RESTARTED_THREADS, checker.restartedThreads());
        series.add(MetricName.CHECKER_PAUSES, checker.pauses());
        series.add(MetricName.CHECKER_LONGEST_PAUSE_SECONDS, seconds(checker.longestPause()));
        series.add(MetricName.CHECKER_SILENCE_SECONDS, seconds(checker.sinceLife()));
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / NANOS;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
