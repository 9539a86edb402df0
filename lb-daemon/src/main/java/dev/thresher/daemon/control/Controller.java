// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.Config;
import dev.thresher.daemon.datapath.Datapath;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.Reconciler;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthChecker;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer. Its thread owns the reconciler; news of health and next hops reaches it as requests to reconcile, and
 * many that come at once are one.
 */
public final class Controller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final Duration NEXT_HOP_PATIENCE = Duration.ofSeconds(5);

    private final MacAddress source;
    private final Runnable everySecond;
    private final Reconciler reconciler;
    private final HealthChecker checker;
    private final NextHops nextHops;
    private final Awaited<Target> unjudged;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, Controller::newThread);
    private final RetriedTask reconciling;

    /** Touched by the thread alone. */
    private final KnownNextHops knownNextHops = new KnownNextHops();

    private volatile InForce inForce;
    private volatile Awaited<InetAddress> unheard = new Awaited<>(Set.of());
    private volatile boolean started;
    private volatile Published published;

    /**
     * Takes over what is in the maps.
     *
     * @param source the interface's own address
     * @param everySecond work for the controller's thread, from the start on; it must not throw
     */
    public Controller(Config config, Datapath datapath, MacAddress source, NextHops nextHops, Runnable everySecond) {
        this.source = source;
        this.inForce = InForce.of(config, source);
        this.published = Published.nothing(config);
        this.everySecond = everySecond;
        this.reconciler = new Reconciler(datapath, new MaglevTableBuilder(config.maglevSeed()));
        this.nextHops = nextHops;
        this.unjudged = new Awaited<>(inForce.targets());
        this.reconciling = new RetriedTask("bring the maps to the wanted state", this::reconcile, new Worker());
        this.checker = HealthChecker.open(this::takeVerdict);
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Starts probes and next hops, and returns once the maps hold a first state.
     *
     * @param patience how long that may wait for verdicts; targets without one count as down
     * @throws IOException if the kernel refuses next hops, or the first state
     */
    public void start(Duration patience) throws IOException {
        Set<Target> targets = inForce.targets();
        Map<Target, Health> found = FoundVerdicts.of(inForce.config(), reconciler.memberStates());
        found.forEach(checker::seed);
        checker.update(targets).join();
        unjudged.heard(targets.stream().filter(this::isJudged).toList());
        knownNextHops.adopt(reconciler.nextHops());
        unheard = new Awaited<>(inForce.reals());
        nextHops.follow(inForce.reals(), this::takeNextHops);
        awaitNextHops();
        unjudged.await(patience);
        try {
            CompletableFuture.runAsync(this::reconcile, thread).join();
        } catch (CompletionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("cannot bring the maps to the wanted state: " + cause.getMessage(), cause);
        }
        started = true;
        requestReconcile(); // for what changed since that state was made
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(everySecond, 1, 1, TimeUnit.SECONDS);
    }

    /**
     * Has another configuration in force, and returns once the maps hold it. What is known of real servers that stay is kept,
     * and what stays the same is not written. If it cannot be done, everything remains as it was.
     *
     * @throws ActivationException if there is no room in the maps, or the kernel refuses to write them
     */
    public synchronized void replace(Config config) throws ActivationException {
        InForce next = InForce.of(config, source);
        Set<InetAddress> newcomers = new HashSet<>(next.reals());
        newcomers.removeAll(inForce.reals());
        try {
            if (!newcomers.isEmpty()) {
                unheard = new Awaited<>(newcomers);
                nextHops.update(union(inForce.reals(), newcomers));
                awaitNextHops();
            }
            CompletableFuture.runAsync(() -> switchTo(next), thread).join();
        } catch (CompletionException e) {
            throw new ActivationException(e.getCause() == null ? e : e.getCause());
        } finally {
            nextHops.update(inForce.reals());
        }
    }

    public HealthChecker checker() {
        return checker;
    }

    /** What the maps hold, and why. */
    public Published published() {
        return published;
    }

    /** Why the maps are not as they should be, if so. */
    public Optional<String> failure() {
        return reconciling.failure();
    }

    @Override
    public void close() {
        nextHops.close();
        checker.close();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("A change of the maps has not ended after {} s", CLOSE_PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isJudged(Target target) {
        TargetHealth health = checker.snapshot().get(target);
        return health != null && health.state().health() != Health.UNKNOWN;
    }

    private void takeVerdict(Target target, Transition transition) {
        unjudged.heard(Set.of(target));
        requestReconcile();
    }

    private void takeNextHops(Map<InetAddress, Resolution> changes) {
        thread.execute(() -> {
            knownNextHops.take(changes);
            unheard.heard(changes.keySet());
            requestReconcile();
        });
    }

    /** What happens before the first state is part of it. If that fails there is no second one. */
    private void requestReconcile() {
        if (started) {
            reconciling.request();
        }
    }

    private void awaitNextHops() {
        int unknown = unheard.await(NEXT_HOP_PATIENCE);
        if (unknown > 0) {
            LOG.warn("{} next hops are not known after {} s", unknown, NEXT_HOP_PATIENCE.toSeconds());
        }
    }

    private void switchTo(InForce next) {
        InForce before = inForce;
        Map<Target, TargetHealth> known = checker.snapshot();
        reconciler.requireRoom(next.builder().build(known, knownNextHops.current()));
        checker.update(next.targets()).join();
        inForce = next;
        try {
            reconcile();
        } catch (RuntimeException | OutOfMemoryError e) {
            known.forEach(
                    (target, health) -> checker.seed(target, health.state().health()));
            checker.update(before.targets()).join();
            inForce = before;
            throw e;
        } finally {
            reconciling.request(); // clears an earlier failure, or undoes what was written of this change
        }
        // One change later than they could go: news of a next hop may still be on its way.
        knownNextHops.forgetAllBut(union(before.reals(), next.reals()));
    }

    private static Set<InetAddress> union(Set<InetAddress> some, Set<InetAddress> more) {
        Set<InetAddress> union = new HashSet<>(some);
        union.addAll(more);
        return union;
    }

    private void reconcile() {
        InForce now = inForce;
        DesiredState desired = now.builder().build(checker.snapshot(), knownNextHops.current());
        reconciler.apply(desired);
        published = new Published(
                now.config(),
                desired,
                reconciler.vipIds(),
                reconciler.memberIds(),
                knownNextHops.current(now.reals()),
                knownNextHops.doubts(now.reals()));
    }

    private static Thread newThread(Runnable body) {
        Thread thread = new Thread(body, "control");
        thread.setDaemon(true);
        return thread;
    }

    /** The controller's thread. It takes nothing more once it is told to stop. */
    private final class Worker implements RetriedTask.Worker {
        @Override
        public void execute(Runnable work) {
            if (!thread.isShutdown()) {
                thread.execute(work);
            }
        }

        @Override
        public void executeAfter(Duration pause, Runnable work) {
            if (!thread.isShutdown()) {
                ScheduledFuture<?> unused = thread.schedule(work, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }
}
