// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.CheckTiming;
import dev.thresher.healthcheck.CheckerStatus;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.ProbeResult.Outcome;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;

/** What an operator ought to know about the health checks themselves: a checker that errs must not look like one at rest. */
final class HealthWarnings {
    /** A turn may be late by so much without anything being wrong. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final Duration DEAD = Duration.ofSeconds(5);

    private HealthWarnings() {}

    static List<String> of(CheckerStatus checker, Collection<TargetHealth> healths, long nowNanos) {
        List<String> warnings = new ArrayList<>();
        if (checker.sinceLife().compareTo(DEAD) > 0) {
            warnings.add("the health checks have stood still for "
                    + checker.sinceLife().toSeconds() + " s, the last verdicts stay");
        }
        if (checker.waiting() > checker.limit() / 10) {
            warnings.add(checker.waiting() + " health checks wait for their turn, because " + checker.limit()
                    + " probes are under way, the most that may be at once: many real servers are silent, or the limit"
                    + " of open files is low");
        }
        List<TargetHealth> stale =
                healths.stream().filter(health -> isStale(health, nowNanos)).toList();
        summarise(
                warnings,
                stale,
                "overdue: the newest probe of ",
                health -> Duration.ofNanos(health.ageNanos(nowNanos)).toSeconds() + " s old, one is due every "
                        + health.target().check().timing().interval().toMillis() + " ms");
        summarise(
                warnings,
                healths.stream().filter(HealthWarnings::isBlind).toList(),
                "no verdict can be reached, and the last one stays, for ",
                health -> resultText(health));
        summarise(
                warnings,
                healths.stream()
                        .filter(health -> health.lastProbe() != null
                                && health.lastProbe().result().warning() != null)
                        .toList(),
                "take care of ",
                health -> String.valueOf(
                        health.lastProbe() == null
                                ? ""
                                : health.lastProbe().result().warning()));
        return warnings;
    }

    /** Is the newest probe older than it may be? Then the verdict may be out of date. */
    static boolean isStale(TargetHealth health, long nowNanos) {
        Target target = health.target();
        if (!target.check().probes() || health.state().health() == Health.MAINTENANCE) {
            return false;
        }
        CheckTiming timing = target.check().timing();
        double longest = timing.interval().toNanos() * (1 + timing.jitter())
                + timing.timeout().toNanos();
        return health.ageNanos(nowNanos) > longest + GRACE.toNanos();
    }

    private static boolean isBlind(TargetHealth health) {
        return health.lastProbe() != null && health.lastProbe().result().outcome() == Outcome.INCONCLUSIVE;
    }

    private static String resultText(TargetHealth health) {
        return health.lastProbe() == null ? "" : health.lastProbe().result().text();
    }

    /** One line for all of a kind: there may be thousands. */
    private static void summarise(
            List<String> warnings, List<TargetHealth> healths, String what, Function<TargetHealth, String> why) {
        if (!healths.isEmpty()) {
            TargetHealth first = healths.get(0);
            String others = healths.size() == 1 ? "" : " and " + (healths.size() - 1) + " more";
            warnings.add(what + first.target() + others + ": " + why.apply(first));
        }
    }
}
