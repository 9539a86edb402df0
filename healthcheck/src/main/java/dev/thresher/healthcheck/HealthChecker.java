// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.Order;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes a set of targets and reports each change of health. One thread does it all; every method may be called from any
 * thread and none waits for a probe.
 *
 * <p>A target of a check of kind {@code NONE} is up from the start and never probed. When the checker is closed, or its
 * thread is stuck, the last verdicts remain readable.
 *
 * <p>It cannot die silently: {@link #status} tells how it fares, a sweep on its thread restarts checks that are stuck, and
 * {@link Watchdog} has the thread itself replaced.
 */
public final class HealthChecker implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HealthChecker.class);

    private final LongFunction<Engine> engines;

    /** Replaced with its thread, under this object's lock. */
    private volatile Roster roster;

    private volatile long restartedThreads;
    private volatile Roster.Pauses earlierPauses = new Roster.Pauses(0, Duration.ZERO);
    private volatile boolean closed;

    /** What the thread has been told to do and has not done yet, in order: it may be stuck. */
    private final Deque<Consumer<Roster>> pending = new ArrayDeque<>();

    private @Nullable Watchdog watchdog;

    private record Update(
            Set<Target> wanted, Map<Target, TargetHealth> earlier, CompletableFuture<Map<Target, TargetHealth>> applied)
            implements Consumer<Roster> {
        @Override
        public void accept(Roster roster) {
            try {
                roster.replace(wanted, earlier);
            } catch (RuntimeException | Error e) {
                applied.completeExceptionally(e);
                return;
            }
            applied.complete(roster.snapshot());
        }
    }

    /** @param engines makes a thread and what runs on it, anew each time, given how many probes there have been */
    HealthChecker(LongFunction<Engine> engines) {
        this.engines = engines;
        this.roster = new Roster(engines.apply(0));
        roster.engine().loop().execute(roster::start);
    }

    /** A checker that probes the reals' own addresses. See {@link #open(ProbeRoutes, HealthListener)}. */
    public static HealthChecker open(HealthListener listener) {
        return open(ProbeRoutes.direct(), listener);
    }

    /**
     * Starts a checker without targets.
     *
     * @throws IllegalStateException if this host lacks netty's native epoll transport
     */
    public static HealthChecker open(ProbeRoutes routes, HealthListener listener) {
        long heap = Runtime.getRuntime().maxMemory();
        int limit = ProbeGate.limitFor(OpenFiles.limit(), heap);
        if (limit < ProbeGate.forHeap(heap)) {
            LOG.warn(
                    "This process may open {} files, so no more than {} probes are under way at once and others wait;"
                            + " with many targets, raise the limit (LimitNOFILE, ulimit -n) to {}",
                    OpenFiles.limit(),
                    limit,
                    2 * ProbeGate.forHeap(heap));
        }
        HealthChecker checker = new HealthChecker(probes -> {
            EpollLoop loop = EpollLoop.open();
            ProbeGate gate = new ProbeGate(limit, probes);
            return Engine.of(loop, ProbeByKind.on(loop), routes, gate, new SplittableRandom(), listener);
        });
        checker.watchdog = Watchdog.start(checker);
        return checker;
    }

    /** The clock of every time in a snapshot or transition, for telling how long ago it was. */
    public long nanoTime() {
        return roster.engine().loop().nanoTime();
    }

    /**
     * Lends a verdict, such as one from before a restart, to a target that has none: one that the next {@link #update}
     * brings, or one that is still unknown. {@link Health#UNKNOWN} takes an unused one back. No transition is reported.
     *
     * @throws RejectedExecutionException if the checker is closed
     */
    public void seed(Target target, Health verdict) {
        run(current -> current.seed(target, verdict));
    }

    /**
     * Says what shall be with a target, whatever its probes say, until another order. One that the next {@link #update}
     * brings can be ordered before; with a target that goes, its order goes.
     *
     * @param reason for people, as part of the transition: "drain is configured"
     * @throws RejectedExecutionException if the checker is closed
     */
    public void order(Target target, Order order, String reason) {
        run(current -> current.order(target, order, reason));
    }

    /**
     * Makes {@code targets} the set to probe. A target that was in it keeps all of its state and its turn. A new one that is
     * an edited form of an old one starts from that one's verdict, with its counts if the same question is still asked.
     * Others start unknown, or as seeded.
     *
     * @return completes on the checker's thread, with the state of each target; transitions reported from then on build on
     *     that. Completes exceptionally if the update failed and the old set stays
     * @throws RejectedExecutionException if the checker is closed
     */
    public CompletableFuture<Map<Target, TargetHealth>> update(Collection<Target> targets) {
        return update(targets, Map.of());
    }

    /**
     * The same, where targets come back that were given up.
     *
     * @param earlier the states that they had; those of targets that are still probed count nothing
     */
    public CompletableFuture<Map<Target, TargetHealth>> update(
            Collection<Target> targets, Map<Target, TargetHealth> earlier) {
        Update update = new Update(new LinkedHashSet<>(targets), Map.copyOf(earlier), new CompletableFuture<>());
        run(update);
        return update.applied;
    }

    /** The state of each target now, in the order of the latest update. */
    public Map<Target, TargetHealth> snapshot() {
        return roster.snapshot();
    }

    /** The state of one target now, or null if it is not probed. Takes no longer with more targets, as a snapshot does. */
    public @Nullable TargetHealth health(Target target) {
        return roster.health(target);
    }

    /** Whether the checker itself is well. */
    public CheckerStatus status() {
        Roster current = roster;
        Roster.Pauses now = current.pauses();
        Roster.Pauses earlier = earlierPauses;
        return new CheckerStatus(
                sinceLife(),
                current.oldestProbe(),
                current.restartedChecks(),
                restartedThreads,
                earlier.count() + now.count(),
                now.longest().compareTo(earlier.longest()) > 0 ? now.longest() : earlier.longest(),
                current.probes(),
                current.engine().gate().waiting(),
                current.engine().gate().limit());
    }

    /** How long ago the thread gave a sign of life. */
    Duration sinceLife() {
        Roster current = roster;
        return Duration.ofNanos(Math.max(0, current.engine().loop().nanoTime() - current.lifeNanos()));
    }

    /** Leaves a thread that is stuck to itself, and goes on with another from where it stopped. */
    synchronized void replaceThread() {
        if (closed) {
            return;
        }
        Roster stuck = roster;
        LOG.error(
                "The thread of the health checks has been stuck for {} ms and is replaced. It was at:\n{}",
                sinceLife().toMillis(),
                stuck.engine().loop().whereabouts());
        Roster fresh = Roster.succeeding(stuck, engines.apply(stuck.probes()));
        Roster.Pauses then = stuck.pauses();
        earlierPauses = new Roster.Pauses(
                earlierPauses.count() + then.count(),
                then.longest().compareTo(earlierPauses.longest()) > 0 ? then.longest() : earlierPauses.longest());
        restartedThreads = restartedThreads + 1;
        roster = fresh;
        fresh.engine().loop().execute(fresh::start);
        List.copyOf(pending).forEach(this::submit);
        stuck.engine().loop().abandon();
    }

    /** Ends all probes and the thread. Closing twice is harmless. */
    @Override
    public void close() {
        Roster last;
        synchronized (this) {
            closed = true;
            last = roster;
        }
        if (watchdog != null) {
            watchdog.close();
        }
        last.engine().loop().close();
    }

    private synchronized void run(Consumer<Roster> task) {
        pending.add(task);
        try {
            submit(task);
        } catch (RejectedExecutionException e) {
            done(task);
            throw e;
        }
    }

    private void submit(Consumer<Roster> task) {
        Roster current = roster;
        current.engine().loop().execute(() -> {
            if (current == roster) { // else it is its successor's
                task.accept(current);
                done(task);
            }
        });
    }

    private synchronized void done(Consumer<Roster> task) {
        pending.removeIf(each -> each == task);
    }
}
