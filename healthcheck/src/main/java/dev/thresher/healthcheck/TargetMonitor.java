// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.CheckTiming;
import dev.thresher.config.Order;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Probes one target, one probe at a time, for as long as it is wanted. Lives on the loop's thread. */
final class TargetMonitor {
    private static final int MAX_DISCOUNTS = 5;

    private static final Logger LOG = LoggerFactory.getLogger(TargetMonitor.class);

    /** How much longer than its timeout, or later than its turn, a probe may be before the watchdog takes it for lost. */
    private static final long GRACE_NANOS = Duration.ofSeconds(2).toNanos();

    private final Target target;
    private final Engine engine;
    private final HealthMachine machine;
    private final CheckTiming timing;
    private final double phase;
    private final long createdNanos;

    /** Written by the loop's thread, read by any. */
    private volatile TargetHealth health;
    /** Written by any thread: one that is replaced may wake up later, and has to find that it is not wanted. */
    private volatile boolean stopped;

    private long dueNanos;
    private long startedNanos;
    private boolean probing;
    /** It is its turn, and too many others are under way. */
    private boolean waiting;
    /** Failures since the last success that did not count. */
    private int discounts;

    private long runs;
    private @Nullable Cancellable pending;

    TargetMonitor(TargetHealth initial, Engine engine) {
        this.target = initial.target();
        this.health = initial;
        this.engine = engine;
        this.machine = new HealthMachine(target.check().thresholds());
        this.timing = target.check().timing();
        this.phase = Pacing.phase(target);
        this.createdNanos = engine.loop().nanoTime();
        this.dueNanos = createdNanos + Pacing.firstDelayNanos(timing, phase);
    }

    /** One that goes on for a monitor whose thread was stuck: at its next turn, so that not all begin at once. */
    static TargetMonitor resuming(TargetHealth health, Engine engine) {
        TargetMonitor monitor = new TargetMonitor(health, engine);
        if (health.state().verdict() != Health.UNKNOWN) {
            monitor.dueNanos = engine.pacing().nextTurnNanos(monitor.timing, monitor.phase, monitor.createdNanos);
        }
        return monitor;
    }

    TargetHealth health() {
        return health;
    }

    /** What a monitor of the edited check starts from: this one's turn to probe, so that no reload puts a probe off. */
    void takeTurnOf(TargetMonitor predecessor) {
        if (predecessor.isProbed() && predecessor.dueNanos - dueNanos < 0) {
            dueNanos = predecessor.dueNanos;
        }
    }

    void start() {
        if (isProbed()) {
            scheduleProbe();
        } else if (!target.check().probes() && health.state().verdict() != Health.UP) {
            HealthState up = health.state().judged(Health.UP, engine.loop().nanoTime());
            take(up, "no health check is configured");
        }
    }

    void stop() {
        stopped = true;
        quit();
    }

    /** Ends this monitor from another thread: what is under way is left to the thread that runs it. */
    void abandon() {
        stopped = true;
    }

    /** Takes a verdict from elsewhere, unless there is one already: what was seen beats what was said. */
    void seed(Health verdict) {
        if (health.state().verdict() == Health.UNKNOWN && isProbed()) {
            health = health.seeded(HealthState.initial(verdict, engine.loop().nanoTime()));
        }
    }

    void order(Order order, String reason) {
        boolean wasProbed = isProbed();
        HealthMachine.Step step =
                machine.order(health.state(), order, reason, engine.loop().nanoTime());
        health = health.after(step);
        if (step.transition() != null) {
            announce(step.transition());
        }
        if (wasProbed && !isProbed()) {
            quit();
        } else if (order != Order.MAINTENANCE && !wasProbed) {
            dueNanos = engine.loop().nanoTime() + Pacing.firstDelayNanos(timing, phase);
            start();
        }
    }

    /** Starts anew if the probe, or the turn to start one, has got lost. True if so. */
    boolean restartIfStuck(long nowNanos) {
        if (stopped || !isProbed() || waiting || engine.pauses().pausedSince(nowNanos - GRACE_NANOS)) {
            return false;
        }
        long expectedNanos = probing ? startedNanos + timing.timeout().toNanos() : dueNanos;
        if (nowNanos - expectedNanos <= GRACE_NANOS) {
            return false;
        }
        String what = probing ? "a probe did not end" : "no probe was started";
        LOG.error("The check of {} was stuck and is restarted: {}", target, what);
        cancelPending();
        ProbeResult result = ProbeResult.inconclusive("the check was stuck and has been restarted: " + what);
        if (probing) {
            probeEnded(runs, result);
        } else {
            conclude(result);
        }
        return true;
    }

    /** Ends what is under way. */
    private void quit() {
        cancelPending();
        waiting = false;
        if (probing) {
            probing = false;
            engine.gate().leave();
        }
    }

    private void cancelPending() {
        if (pending != null) {
            pending.cancel();
            pending = null;
        }
    }

    boolean isProbed() {
        return target.check().probes() && health.state().order() != Order.MAINTENANCE;
    }

    private void scheduleProbe() {
        long delay = Math.max(0, dueNanos - engine.loop().nanoTime());
        pending = engine.loop().schedule(this::startProbe, delay);
    }

    private void startProbe() {
        if (stopped) {
            return;
        }
        long now = engine.observedNanos();
        pending = null;
        if (now - dueNanos > timing.interval().toNanos() / 2) {
            // After a pause all targets are late. Each waits for its next turn, so that they do not come in one burst.
            dueNanos = engine.pacing().nextTurnNanos(timing, phase, now);
            if (dueNanos - now > 0) {
                scheduleProbe();
                return;
            }
        }
        waiting = true;
        engine.gate().enter(this::admitted);
    }

    private void admitted() {
        if (stopped || !waiting) {
            engine.gate().leave();
            return;
        }
        waiting = false;
        startedNanos = engine.observedNanos();
        probing = true;
        long run = ++runs;
        Cancellable started = run(run);
        if (probing && started != null) {
            pending = started;
        }
    }

    /** Null if the probe has ended at once. */
    private @Nullable Cancellable run(long run) {
        try {
            ProbeRoute route = engine.routes().to(target);
            if (route instanceof ProbeRoute.Open open) {
                boolean decides = machine.mayDecide(health.state(), startedNanos);
                return engine.probe()
                        .start(ProbeContext.of(target, open, decides), found -> probeEnded(run, proven(found, open)));
            }
            probeEnded(run, ProbeResult.inconclusive(((ProbeRoute.Closed) route).reason()));
        } catch (RuntimeException e) {
            // Whatever is wrong with this probe must not end the probing of this target.
            if (!isBlind()) {
                LOG.error("The probe of {} could not start", target, e);
            }
            probeEnded(run, ProbeResult.inconclusive("the probe could not start: " + e));
        }
        return null;
    }

    /** Fail closed: another way leads to another real server, or to none. */
    private static ProbeResult proven(ProbeResult found, ProbeRoute.Open route) {
        return route.wasTaken().getAsBoolean()
                ? found
                : ProbeResult.inconclusive(
                        "not counted, because its packets did not go through the tunnel: " + found.text());
    }

    private void probeEnded(long run, ProbeResult found) {
        if (!probing || stopped || run != runs) {
            return;
        }
        probing = false;
        conclude(found);
        engine.gate().leave();
    }

    private void conclude(ProbeResult found) {
        engine.gate().countEnd();
        long now = engine.observedNanos();
        ProbeResult result = discounted(found, now);
        warnIfNew(result);
        HealthMachine.Step step = machine.step(health.state(), result, now);
        health = health.after(new LastProbe(result, startedNanos, now), step);
        dueNanos = machine.isForming(step.state(), now)
                ? startedNanos + engine.pacing().fastDelayNanos(timing)
                : engine.pacing().nextTurnNanos(timing, phase, startedNanos);
        scheduleProbe();
        if (step.transition() != null) {
            announce(step.transition());
        }
    }

    /**
     * A failure that came while this host stood still, or that it looked at too late, says nothing about the target. But on
     * a host that stands still again and again a target that is well gets an answer in between: of so many failures in a
     * row the next one counts.
     */
    private ProbeResult discounted(ProbeResult result, long nowNanos) {
        if (result.outcome() != ProbeResult.Outcome.FAILED) {
            discounts = 0;
            return result;
        }
        ProbeResult discounted = discountedOnce(result, nowNanos);
        boolean counts = discounted.outcome() == ProbeResult.Outcome.FAILED || ++discounts > MAX_DISCOUNTS;
        return counts ? result : discounted;
    }

    private ProbeResult discountedOnce(ProbeResult result, long nowNanos) {
        if (engine.pauses().pausedSince(startedNanos)) {
            long millis = engine.pauses().last().toMillis();
            return ProbeResult.inconclusive(
                    "not counted, because this host stood still for " + millis + " ms: " + result.text());
        }
        long lateNanos = nowNanos - startedNanos - timing.timeout().toNanos();
        if (lateNanos > Math.max(timing.timeout().toNanos() / 4, PauseDetector.BEAT.toNanos())) {
            return ProbeResult.inconclusive(
                    "not counted, because this host was " + lateNanos / 1_000_000 + " ms late: " + result.text());
        }
        return result;
    }

    private void warnIfNew(ProbeResult result) {
        if (result.outcome() == ProbeResult.Outcome.INCONCLUSIVE && !isBlind()) {
            LOG.warn(
                    "Cannot probe {}, which stays {}: {}",
                    target,
                    health.state().health(),
                    result.text());
        }
        LastProbe last = health.lastProbe();
        String known = last == null ? null : last.result().warning();
        if (result.warning() != null && !result.warning().equals(known)) {
            LOG.warn("{}: {}", target, result.warning());
        }
    }

    private boolean isBlind() {
        LastProbe last = health.lastProbe();
        return last != null && last.result().outcome() == ProbeResult.Outcome.INCONCLUSIVE;
    }

    private void take(HealthState state, String reason) {
        Health before = health.state().health();
        Transition transition = before == state.health()
                ? null
                : new Transition(before, state.health(), engine.loop().nanoTime(), reason);
        health = health.after(new HealthMachine.Step(state, transition));
        if (transition != null) {
            announce(transition);
        }
    }

    private void announce(Transition transition) {
        if (transition.to() == Health.DOWN) {
            LOG.warn("{}: {} -> {}: {}", target, transition.from(), transition.to(), transition.reason());
        } else {
            LOG.info("{}: {} -> {}: {}", target, transition.from(), transition.to(), transition.reason());
        }
        try {
            engine.listener().onTransition(target, transition);
        } catch (RuntimeException e) {
            LOG.error("A listener failed on the transition of {} to {}", target, transition.to(), e);
        }
    }
}
