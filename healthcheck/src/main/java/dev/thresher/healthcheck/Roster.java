// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.Order;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The targets that one thread probes. It gives a sign of life every {@link PauseDetector#BEAT}, and looks after checks that
 * are stuck. What changes it runs on that thread; any may read.
 */
final class Roster {
    private static final Logger LOG = LoggerFactory.getLogger(Roster.class);

    private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();
    /** Shorter pauses are counted and not worth a line in the log. */
    private static final Duration NOTABLE_PAUSE = Duration.ofSeconds(1);

    private final Engine engine;

    /** Verdicts for targets that are yet to come. */
    private final Map<Target, Health> seeds = new ConcurrentHashMap<>();

    private final Map<Target, Ordered> orders = new ConcurrentHashMap<>();

    /** Replaced by the loop's thread. */
    private volatile Map<Target, TargetMonitor> monitors = Map.of();

    private volatile long lifeNanos;
    private volatile Pauses pauses = new Pauses(0, Duration.ZERO);
    private final AtomicLong restartedChecks = new AtomicLong();
    private volatile boolean abandoned;

    private long sweptNanos;

    private record Ordered(Order order, String reason) {}

    /** What holds for a target that nothing was ordered of; one that it succeeds may have had an order. */
    private static final Ordered SERVES = new Ordered(Order.SERVE, "its order has ended");

    /** How often the thread stood still, and the longest time. */
    record Pauses(long count, Duration longest) {}

    Roster(Engine engine) {
        this.engine = engine;
        this.lifeNanos = engine.loop().nanoTime();
        this.sweptNanos = lifeNanos;
    }

    /** The same targets in the same state, for another thread to go on with. */
    static Roster succeeding(Roster stuck, Engine engine) {
        Roster roster = new Roster(engine);
        roster.orders.putAll(stuck.orders);
        roster.seeds.putAll(stuck.seeds);
        Map<Target, TargetMonitor> successors = new LinkedHashMap<>();
        stuck.monitors.forEach((target, monitor) -> {
            successors.put(target, TargetMonitor.resuming(monitor.health(), engine));
            monitor.abandon();
        });
        roster.monitors = Collections.unmodifiableMap(successors);
        roster.restartedChecks.set(stuck.restartedChecks.get());
        stuck.abandoned = true;
        return roster;
    }

    Engine engine() {
        return engine;
    }

    /** The state of each target now, in the order of the latest update. */
    Map<Target, TargetHealth> snapshot() {
        Map<Target, TargetHealth> healths = new LinkedHashMap<>();
        monitors.forEach((target, monitor) -> healths.put(target, monitor.health()));
        return Collections.unmodifiableMap(healths);
    }

    /** The state of a target now; null if it is none of them. */
    @Nullable
    TargetHealth health(Target target) {
        TargetMonitor monitor = monitors.get(target);
        return monitor == null ? null : monitor.health();
    }

    /** When the thread last gave a sign of life. */
    long lifeNanos() {
        return lifeNanos;
    }

    /** Probes that have ended, on this thread and those before it. */
    long probes() {
        return engine.gate().ended();
    }

    long restartedChecks() {
        return restartedChecks.get();
    }

    Pauses pauses() {
        return pauses;
    }

    /** See {@link CheckerStatus#oldestProbe}. */
    Duration oldestProbe() {
        long now = engine.loop().nanoTime();
        return Duration.ofNanos(monitors.values().stream()
                .filter(TargetMonitor::isProbed)
                .mapToLong(monitor -> Math.max(0, monitor.health().ageNanos(now)))
                .max()
                .orElse(0));
    }

    /** Starts to give signs of life, and the checks of the targets that there are. */
    void start() {
        monitors.values().forEach(TargetMonitor::start);
        beat();
    }

    void seed(Target target, Health verdict) {
        TargetMonitor monitor = monitors.get(target);
        if (monitor == null) {
            seeds.put(target, verdict);
        } else {
            monitor.seed(verdict);
        }
    }

    void order(Target target, Order order, String reason) {
        if (order == Order.SERVE) {
            orders.remove(target);
        } else {
            orders.put(target, new Ordered(order, reason));
        }
        TargetMonitor monitor = monitors.get(target);
        if (monitor != null) {
            monitor.order(order, reason);
        }
    }

    /** @param earlier the states that targets had that have been given up and are to come back */
    void replace(Set<Target> wanted, Map<Target, TargetHealth> earlier) {
        Map<Target, TargetMonitor> before = monitors;
        Map<Target, TargetMonitor> after = new LinkedHashMap<>();
        Map<Target, TargetMonitor> added = new LinkedHashMap<>();
        Succession succession = new Succession(before.keySet(), wanted);
        for (Target target : wanted) {
            TargetMonitor kept = before.get(target);
            if (kept == null) {
                added.put(target, newMonitor(target, earlier.get(target), succession.predecessorOf(target)));
            }
            after.put(target, kept == null ? added.get(target) : kept);
        }
        monitors = Collections.unmodifiableMap(after);
        seeds.clear();
        orders.keySet().retainAll(wanted);
        before.forEach((target, monitor) -> {
            if (!after.containsKey(target)) {
                monitor.stop();
            }
        });
        start(added.values());
    }

    private void start(Collection<TargetMonitor> added) {
        for (TargetMonitor monitor : added) {
            monitor.start();
            Ordered ordered = orders.getOrDefault(monitor.health().target(), SERVES);
            if (ordered.order() != monitor.health().state().order()) {
                monitor.order(ordered.order(), ordered.reason());
            }
        }
    }

    private TargetMonitor newMonitor(Target target, @Nullable TargetHealth earlier, @Nullable Target predecessor) {
        if (earlier != null) {
            return TargetMonitor.resuming(earlier, engine);
        }
        TargetMonitor previous = predecessor == null ? null : monitors.get(predecessor);
        Health seed = seeds.getOrDefault(target, Health.UNKNOWN);
        TargetHealth initial = previous == null || seed != Health.UNKNOWN
                ? TargetHealth.initial(target, seed, engine.loop().nanoTime())
                : previous.health().inheritedBy(target, engine.loop().nanoTime());
        if (initial.lender() != null) {
            LOG.info(
                    "{} begins as {}, the verdict of {}, until a probe of its own confirms it",
                    target,
                    initial.state().verdict(),
                    initial.lender());
        }
        TargetMonitor monitor = new TargetMonitor(initial, engine);
        if (previous != null) {
            monitor.takeTurnOf(previous);
        }
        return monitor;
    }

    private void beat() {
        if (abandoned) {
            return;
        }
        try {
            long now = engine.observedNanos();
            lifeNanos = now;
            tellOfPauses();
            if (now - sweptNanos >= SWEEP_NANOS) {
                sweptNanos = now;
                sweep(now);
            }
        } finally {
            engine.loop().schedule(this::beat, PauseDetector.BEAT.toNanos());
        }
    }

    private void tellOfPauses() {
        PauseDetector detector = engine.pauses();
        if (detector.count() == pauses.count()) {
            return;
        }
        pauses = new Pauses(detector.count(), detector.longest());
        if (detector.last().compareTo(NOTABLE_PAUSE) >= 0) {
            LOG.warn(
                    "Health checks stood still for {} ms (a suspended or overloaded host, or garbage collection);"
                            + " failures in that time do not count",
                    detector.last().toMillis());
        }
    }

    private void sweep(long nowNanos) {
        for (TargetMonitor monitor : monitors.values()) {
            if (monitor.restartIfStuck(nowNanos)) {
                restartedChecks.incrementAndGet();
            }
        }
    }
}
