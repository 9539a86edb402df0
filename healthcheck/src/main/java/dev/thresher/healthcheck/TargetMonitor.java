// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HealthCheck;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Probes one target, one probe at a time, for as long as it is wanted. Lives on the loop's thread. */
final class TargetMonitor {
    private static final Logger LOG = LoggerFactory.getLogger(TargetMonitor.class);

    private final Target target;
    private final ProbeLoop loop;
    private final Probe probe;
    private final Pacing pacing;
    private final HealthListener listener;
    private final HealthMachine machine;

    /** Written by the loop's thread, read by any. */
    private volatile TargetHealth health;

    private long dueNanos;
    private long startedNanos;
    private boolean probing;
    private boolean stopped;
    private @Nullable Cancellable pending;

    TargetMonitor(TargetHealth initial, ProbeLoop loop, Probe probe, Pacing pacing, HealthListener listener) {
        this.target = initial.target();
        this.health = initial;
        this.loop = loop;
        this.probe = probe;
        this.pacing = pacing;
        this.listener = listener;
        this.machine = new HealthMachine(target.check().rise(), target.check().fall());
        this.dueNanos = loop.nanoTime() + pacing.firstDelayNanos(target.check().interval());
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
        } else if (health.state().health() != Health.UP) {
            Transition transition = new Transition(
                    health.state().health(), Health.UP, loop.nanoTime(), "no health check is configured");
            health = health.declared(transition);
            announce(transition);
        }
    }

    void stop() {
        stopped = true;
        if (pending != null) {
            pending.cancel();
        }
    }

    /** Takes a verdict from elsewhere, unless there is one already: what was seen beats what was said. */
    void seed(Health verdict) {
        if (health.state().health() == Health.UNKNOWN) {
            HealthState seeded = HealthState.initial(verdict, loop.nanoTime());
            health = new TargetHealth(target, seeded, health.lastProbe(), health.history());
        }
    }

    private boolean isProbed() {
        return target.check().kind() != HealthCheck.Kind.NONE;
    }

    private void scheduleProbe() {
        pending = loop.schedule(this::startProbe, Math.max(0, dueNanos - loop.nanoTime()));
    }

    private void startProbe() {
        startedNanos = loop.nanoTime();
        skipMissedTurns();
        probing = true;
        pending = null;
        Cancellable started;
        try {
            started = probe.start(target, this::probeEnded);
        } catch (RuntimeException e) {
            // Whatever is wrong with this probe must not end the probing of this target.
            if (!isBlind()) {
                LOG.error("The probe of {} could not start", target, e);
            }
            probeEnded(ProbeResult.inconclusive("the probe could not start: " + e));
            return;
        }
        if (probing) {
            pending = started;
        }
    }

    /** After a pause (a suspended host, say) all targets are late: each drops the turns it missed and keeps its phase. */
    private void skipMissedTurns() {
        long interval = target.check().interval().toNanos();
        dueNanos += (startedNanos - dueNanos) / interval * interval;
    }

    private void probeEnded(ProbeResult result) {
        if (!probing || stopped) {
            return;
        }
        probing = false;
        warnIfNewlyBlind(result);
        long now = loop.nanoTime();
        HealthMachine.Step step = machine.step(health.state(), result, now);
        health = health.after(new LastProbe(result, startedNanos, now), step);
        dueNanos += pacing.intervalNanos(target.check());
        scheduleProbe();
        if (step.transition() != null) {
            announce(step.transition());
        }
    }

    private void warnIfNewlyBlind(ProbeResult result) {
        if (result.outcome() == ProbeResult.Outcome.INCONCLUSIVE && !isBlind()) {
            Health verdict = health.state().health();
            LOG.warn("Cannot probe {}, which stays {}: {}", target, verdict, result.text());
        }
    }

    private boolean isBlind() {
        LastProbe last = health.lastProbe();
        return last != null && last.result().outcome() == ProbeResult.Outcome.INCONCLUSIVE;
    }

    private void announce(Transition transition) {
        if (transition.to() == Health.DOWN) {
            LOG.warn("{}: {} -> {}: {}", target, transition.from(), transition.to(), transition.reason());
        } else {
            LOG.info("{}: {} -> {}: {}", target, transition.from(), transition.to(), transition.reason());
        }
        try {
            listener.onTransition(target, transition);
        } catch (RuntimeException e) {
            LOG.error("A listener failed on the transition of {} to {}", target, transition.to(), e);
        }
    }
}
