// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Probes a set of targets and reports each change of verdict. One thread does it all; every method may be called from any
 * thread and none waits for a probe.
 *
 * <p>A target of a check of kind {@code NONE} is up from the start and never probed. When the checker is closed, the last
 * verdicts remain readable.
 */
public final class HealthChecker implements AutoCloseable {
    private final ProbeLoop loop;
    private final Probe probe;
    private final Pacing pacing;
    private final HealthListener listener;

    /** Replaced by the loop's thread, read by any. */
    private volatile Map<Target, TargetMonitor> monitors = Map.of();

    /** Verdicts for targets that are yet to come; touched by the loop's thread alone. */
    private final Map<Target, Health> seeds = new HashMap<>();

    HealthChecker(ProbeLoop loop, Probe probe, Pacing pacing, HealthListener listener) {
        this.loop = loop;
        this.probe = probe;
        this.pacing = pacing;
        this.listener = listener;
    }

    /**
     * Starts a checker without targets.
     *
     * @throws IllegalStateException if this host lacks netty's native epoll transport
     */
    public static HealthChecker open(HealthListener listener) {
        EpollLoop loop = EpollLoop.open();
        Probe probe = new ProbeByKind(new Dialer(loop.eventLoop()));
        return new HealthChecker(loop, probe, new Pacing(new SplittableRandom()), listener);
    }

    /** The clock of every time in a snapshot or transition, for telling how long ago it was. */
    public long nanoTime() {
        return loop.nanoTime();
    }

    /**
     * Lends a verdict, such as one from before a restart, to a target that has none: one that the next {@link #update}
     * brings, or one that is still unknown. {@link Health#UNKNOWN} takes an unused one back. No transition is reported.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the checker is closed
     */
    public void seed(Target target, Health verdict) {
        loop.execute(() -> {
            TargetMonitor monitor = monitors.get(target);
            if (monitor == null) {
                seeds.put(target, verdict);
            } else {
                monitor.seed(verdict);
            }
        });
    }

    /**
     * Makes {@code targets} the set to probe. A target that was in it keeps all of its state and its turn. A new one that is
     * an edited form of an old one starts from that one's verdict, with its counts if the same question is still asked.
     * Others start unknown, or as seeded.
     *
     * @return completes on the checker's thread, with the state of each target; transitions reported from then on build on
     *     that. Completes exceptionally if the update failed and the old set stays
     * @throws java.util.concurrent.RejectedExecutionException if the checker is closed
     */
    public CompletableFuture<Map<Target, TargetHealth>> update(Collection<Target> targets) {
        Set<Target> wanted = new LinkedHashSet<>(targets);
        CompletableFuture<Map<Target, TargetHealth>> applied = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                replace(wanted);
            } catch (RuntimeException e) {
                applied.completeExceptionally(e);
                return;
            }
            applied.complete(snapshot());
        });
        return applied;
    }

    /** The state of each target now, in the order of the latest update. */
    public Map<Target, TargetHealth> snapshot() {
        Map<Target, TargetHealth> healths = new LinkedHashMap<>();
        monitors.forEach((target, monitor) -> healths.put(target, monitor.health()));
        return Collections.unmodifiableMap(healths);
    }

    /** Ends all probes and the thread. Closing twice is harmless. */
    @Override
    public void close() {
        loop.close();
    }

    private void replace(Set<Target> wanted) {
        Map<Target, TargetMonitor> before = monitors;
        Map<Target, TargetMonitor> after = new LinkedHashMap<>();
        Map<Target, TargetMonitor> added = new LinkedHashMap<>();
        Succession succession = new Succession(before.keySet(), wanted);
        for (Target target : wanted) {
            TargetMonitor kept = before.get(target);
            if (kept == null) {
                added.put(target, newMonitor(target, succession.predecessorOf(target)));
            }
            after.put(target, kept == null ? added.get(target) : kept);
        }
        monitors = Collections.unmodifiableMap(after);
        seeds.clear();
        before.forEach((target, monitor) -> {
            if (!after.containsKey(target)) {
                monitor.stop();
            }
        });
        added.values().forEach(TargetMonitor::start);
    }

    private TargetMonitor newMonitor(Target target, @Nullable Target predecessor) {
        TargetMonitor previous = predecessor == null ? null : monitors.get(predecessor);
        Health seed = seeds.getOrDefault(target, Health.UNKNOWN);
        TargetHealth initial = previous == null || seed != Health.UNKNOWN
                ? TargetHealth.initial(target, seed, loop.nanoTime())
                : previous.health().inheritedBy(target);
        TargetMonitor monitor = new TargetMonitor(initial, loop, probe, pacing, listener);
        if (previous != null) {
            monitor.takeTurnOf(previous);
        }
        return monitor;
    }
}
