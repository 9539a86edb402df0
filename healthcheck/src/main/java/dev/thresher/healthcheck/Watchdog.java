// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches the checker's thread from another one. A thread that gives no sign of life for long, while this one lives, is
 * stuck: the checker replaces it.
 */
final class Watchdog implements AutoCloseable {
    /** How often it looks. */
    static final Duration PERIOD = Duration.ofSeconds(1);
    /** Silence for so long is no pause any more. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final HealthChecker checker;
    private final ScheduledExecutorService thread;

    private long lookedNanos;
    /** Looks in a row, each one in time: a host that stood still must not be taken for a thread that does. */
    private int timelyLooks;

    private Watchdog(HealthChecker checker, ScheduledExecutorService thread) {
        this.checker = checker;
        this.thread = thread;
    }

    static Watchdog start(HealthChecker checker) {
        ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(body -> {
            Thread made = new Thread(body, "health-watchdog");
            made.setDaemon(true);
            return made;
        });
        Watchdog watchdog = new Watchdog(checker, thread);
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(
                () -> watchdog.look(System.nanoTime()), PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return watchdog;
    }

    /** One that looks only when it is told to. */
    static Watchdog idle(HealthChecker checker) {
        return new Watchdog(checker, Executors.newSingleThreadScheduledExecutor());
    }

    /** Looks once. Called about once a {@link #PERIOD}. */
    void look(long nowNanos) {
        boolean timely = nowNanos - lookedNanos < PERIOD.multipliedBy(3).toNanos();
        lookedNanos = nowNanos;
        timelyLooks = timely ? timelyLooks + 1 : 0;
        if (timelyLooks < PATIENCE.toSeconds() || checker.sinceLife().compareTo(PATIENCE) < 0) {
            return;
        }
        timelyLooks = 0;
        try {
            checker.replaceThread();
        } catch (RuntimeException | OutOfMemoryError e) {
            // No thread to be had is an OutOfMemoryError too, and the next look has to come all the same.
            LOG.error("The thread of the health checks is stuck and could not be replaced; the last verdicts stay", e);
        }
    }

    @Override
    public void close() {
        thread.shutdown();
    }
}
