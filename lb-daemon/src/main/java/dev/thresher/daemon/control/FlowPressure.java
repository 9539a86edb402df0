// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.FlowSettings;
import dev.thresher.daemon.state.FlowCensus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Tells when the connection table is getting too small: it is nearly full, or flows suffer from it already. One thread
 * observes.
 */
final class FlowPressure {
    private static final int HIGH_PERCENT = 80;
    private static final long WINDOW_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** Counters of flows that were not recorded, and of idle ones that had to make room. */
    private record Sample(long nanos, long untracked, long evictedIdle) {}

    /** Takes the counters, about once a second, and answers what an operator ought to know; nothing if all is well. */
    List<String> observe(long nowNanos, FlowCensus census, long untracked, long evictedIdle) {
        samples.addLast(new Sample(nowNanos, untracked, evictedIdle));
        while (nowNanos - samples.getFirst().nanos > WINDOW_NANOS) {
            samples.removeFirst();
        }
        Sample minuteAgo = samples.getFirst();
        List<String> warnings = new ArrayList<>();
        long lost = untracked - minuteAgo.untracked;
        if (lost > 0) {
            warnings.add(text(
                    "the connection table had no room for a flow %,d times in the last minute:"
                            + " such flows may move when a real server comes or goes; %s",
                    lost, advice(census)));
        }
        long evicted = evictedIdle - minuteAgo.evictedIdle;
        if (evicted > 0) {
            warnings.add(text(
                    "%,d idle flows had to make room in the connection table in the last minute; %s",
                    evicted, advice(census)));
        }
        if (census.percent() >= HIGH_PERCENT) {
            warnings.add(text(
                    "the connection table is %.0f %% full, %,d of %,d flows; %s",
                    census.percent(), census.occupied(), census.places(), advice(census)));
        }
        return warnings;
    }

    private static String advice(FlowCensus census) {
        return census.places() < FlowSettings.MAX_MAX
                ? "raise thresher.flows.max, which is " + census.places() + ", to " + 2 * census.places()
                : "thresher.flows.max is as large as it can be: shorten thresher.flows.tcp-idle-timeout";
    }

    private static String text(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
