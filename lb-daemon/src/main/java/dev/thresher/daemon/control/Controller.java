// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import com.google.common.base.Throwables;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.Config;
import dev.thresher.config.Order;
import dev.thresher.daemon.datapath.Capacity;
import dev.thresher.daemon.datapath.Datapath;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.probing.ProbePaths;
import dev.thresher.daemon.reconcile.Reconciler;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthChecker;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import dev.thresher.healthcheck.Transition;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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
    /** Longer than the watchdog takes to replace a checker that is stuck. */
    private static final Duration CHECKER_PATIENCE = Duration.ofSeconds(20);

    private final MacAddress source;
    private final Runnable everySecond;
    private final MaglevTableBuilder tables;
    private final Reconciler reconciler;
    private final HealthChecker checker;
    private final NextHops nextHops;
    private final ProbePaths paths;
    private final HealthNews news;
    private final Awaited<Target> unjudged;
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1, Controller::newThread);
    private final RetriedTask reconciling;

    /** Touched by the thread alone. */
    private final KnownNextHops knownNextHops = new KnownNextHops();

    /** What was ordered of targets last. Touched by the thread alone, but for the start. */
    private Map<Target, Order> ordered = Map.of();

    /** The next hops that probes were led by last. Touched by the thread alone. */
    private @Nullable Map<InetAddress, Resolution> ledBy;

    /** When the present plan ends by itself. Touched by the thread alone. */
    private @Nullable ScheduledFuture<?> nextStep;

    private volatile InForce inForce;
    private volatile Awaited<InetAddress> unheard = new Awaited<>(Set.of());
    private volatile boolean started;
    private volatile Published published;

    /**
     * Takes over what is in the maps.
     *
     * @param source the interface's own address
     * @param paths how probes get to real servers; to be closed after this
     * @param everySecond work for the controller's thread, from the start on; it must not throw
     */
    public Controller(
            Config config,
            Datapath datapath,
            MacAddress source,
            NextHops nextHops,
            ProbePaths paths,
            Runnable everySecond) {
        this.source = source;
        this.paths = paths;
        this.published = Published.nothing(config);
        this.everySecond = everySecond;
        this.tables = new MaglevTableBuilder(config.maglevSeed());
        this.reconciler = new Reconciler(datapath, tables);
        this.nextHops = nextHops;
        this.reconciling = new RetriedTask("bring the maps to the wanted state", this::reconcile, new Worker());
        this.news = new HealthNews(() -> inForce.targets(), Clock.systemUTC());
        this.checker = HealthChecker.open(paths, this::takeVerdict);
        this.inForce = InForce.first(config, source, checker.nanoTime());
        this.unjudged = new Awaited<>(inForce.targets().uses().keySet());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Starts probes and next hops, and returns once the maps hold a first state.
     *
     * @param patience how long that may wait for verdicts; targets without one count as down
     * @throws IOException if the kernel refuses next hops, or the first state
     */
    public void start(Duration patience) throws IOException {
        Targets targets = inForce.targets();
        Map<Target, Health> found = FoundVerdicts.of(targets, reconciler.memberStates());
        found.forEach(checker::seed);
        knownNextHops.adopt(reconciler.nextHops());
        unheard = new Awaited<>(inForce.reals());
        nextHops.follow(inForce.reals(), this::takeNextHops);
        awaitNextHops();
        startProbes();
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

    /** Not before there are next hops, which the ways of probes through the tunnel hang on. */
    private void startProbes() {
        Set<Target> targets = inForce.targets().uses().keySet();
        CompletableFuture.runAsync(
                        () -> {
                            leadProbes();
                            order(inForce.targets().orders());
                        },
                        thread)
                .join();
        checker.update(targets).join();
        unjudged.heard(targets.stream().filter(this::isJudged).toList());
    }

    /**
     * Has another configuration in force, and returns once the maps hold it. What is known of real servers that stay is kept,
     * and what stays the same is not written. If it cannot be done, everything remains as it was.
     *
     * @throws ActivationException if there is no room in the maps, or the kernel refuses to write them
     */
    public synchronized void replace(Config config) throws ActivationException {
        InForce next = inForce.next(config, source, checker.nanoTime());
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

    /** What a configuration would do in the place of the one in force. Changes nothing; the tables are the caller's work. */
    public Forecast forecast(Config config) {
        long now = checker.nanoTime();
        InForce present = inForce;
        Forecaster forecaster = new Forecaster(tables, checker.snapshot(), published.nextHops(), now);
        Decision next = forecaster.decision(present.next(config, source, now));
        // What is in force, for this thread: the builder of the other belongs to the controller's.
        InForce again = present.next(present.config(), source, now);
        Forecast forecast = forecaster.compare(forecaster.decision(again), next);
        List<String> warnings = new ArrayList<>(forecast.warnings());
        CompletableFuture.supplyAsync(() -> reconciler.lackOfRoom(next.state(), Capacity.of(config)), thread)
                .join()
                .ifPresent(warnings::add);
        return new Forecast(forecast.moved(), warnings);
    }

    /** Does something that must not meet a change of the maps, on the thread that makes them, and returns when it is done. */
    public <E extends Exception> void betweenChanges(Class<E> failure, Step<E> step) throws E {
        try {
            CompletableFuture.runAsync(
                            () -> {
                                try {
                                    step.run();
                                } catch (Exception e) {
                                    throw new CompletionException(e);
                                }
                            },
                            thread)
                    .join();
        } catch (CompletionException e) {
            Throwables.throwIfInstanceOf(e.getCause() == null ? e : e.getCause(), failure);
            throw e;
        }
    }

    /** What may fail. */
    @FunctionalInterface
    public interface Step<E extends Exception> {
        void run() throws E;
    }

    public HealthChecker checker() {
        return checker;
    }

    /** Changes of health, as they happen. */
    public HealthFeed feed() {
        return news.feed();
    }

    /** What became of packets of probes through the tunnel, by the name of the counter. */
    public SortedMap<String, Long> probeCounters() {
        return paths.counters();
    }

    /** How probes get to real servers. */
    ProbePaths paths() {
        return paths;
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
        TargetHealth health = checker.health(target);
        return health != null
                && (health.state().verdict() != Health.UNKNOWN || health.state().order() == Order.MAINTENANCE);
    }

    private void takeVerdict(Target target, Transition transition) {
        news.changed(target, transition); // before what follows from it
        requestReconcile();
        unjudged.heard(Set.of(target));
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
        try {
            resize(before, next);
            reconciler.requireRoom(next.builder()
                    .build(known::get, knownNextHops.current(), checker.nanoTime())
                    .state());
        } catch (RuntimeException e) {
            resize(next, before);
            throw e;
        }
        try {
            probe(next, Map.of());
            reconcile();
        } catch (RuntimeException | OutOfMemoryError e) {
            inForce = before;
            order(before.targets().orders());
            next.targets().orders().keySet().forEach(target -> remember(target, known.get(target)));
            try {
                probe(before, known); // waits for what the checker was told
            } catch (RuntimeException unheard) {
                e.addSuppressed(unheard);
            } finally {
                resize(next, before);
            }
            throw e;
        } finally {
            reconciling.request(); // clears an earlier failure, or undoes what was written of this change
        }
        news.reordered(before.targets(), next.targets(), checker.snapshot());
        // One change later than they could go: news of a next hop may still be on its way.
        knownNextHops.forgetAllBut(union(before.reals(), next.reals()));
    }

    private void resize(InForce from, InForce to) {
        Capacity wanted = Capacity.of(to.config());
        if (!wanted.equals(Capacity.of(from.config()))) {
            reconciler.resize(wanted);
        }
    }

    /**
     * Ways of probes before the probes that take them.
     *
     * @param earlier the states of targets that may have been given up meanwhile
     */
    private void probe(InForce next, Map<Target, TargetHealth> earlier) {
        inForce = next;
        ledBy = null;
        leadProbes();
        order(next.targets().orders());
        checker.update(next.targets().uses().keySet(), earlier)
                .orTimeout(CHECKER_PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    private void order(Map<Target, Order> orders) {
        ordered.keySet().stream()
                .filter(target -> !orders.containsKey(target))
                .forEach(target -> checker.order(target, Order.SERVE, "no order is configured any more"));
        orders.forEach((target, order) -> {
            if (order != ordered.get(target)) {
                checker.order(target, order, order + " is configured");
            }
        });
        ordered = orders;
    }

    /** For a target that was in maintenance for a moment, and forgot. */
    private void remember(Target target, @Nullable TargetHealth health) {
        if (health != null && health.state().verdict() != Health.UNKNOWN) {
            checker.seed(target, health.state().verdict());
        }
    }

    private static Set<InetAddress> union(Set<InetAddress> some, Set<InetAddress> more) {
        Set<InetAddress> union = new HashSet<>(some);
        union.addAll(more);
        return union;
    }

    private void reconcile() {
        InForce now = inForce;
        Map<InetAddress, Resolution> current = knownNextHops.current(now.reals());
        Decision decision = now.builder().build(checker::health, current, checker.nanoTime());
        reconciler.apply(decision.state());
        published = new Published(
                now.config(),
                now.targets(),
                now.withheld(),
                decision.plans(),
                reconciler.vipIds(),
                reconciler.memberIds(),
                current,
                knownNextHops.doubts(now.reals()));
        news.planned(decision.plans());
        leadProbes();
        comeBackIn(decision.untilNanos());
    }

    /** A plan holds until somebody who starts slowly gets more, or somebody has drained for long enough. */
    private void comeBackIn(long nanos) {
        if (nextStep != null) {
            nextStep.cancel(false);
            nextStep = null;
        }
        if (nanos != Long.MAX_VALUE && !thread.isShutdown()) {
            nextStep = thread.schedule(this::requestReconcile, nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Has probes follow the way of clients' packets, if that has changed. */
    private void leadProbes() {
        InForce now = inForce;
        Map<InetAddress, Resolution> current = knownNextHops.current(now.reals());
        if (!current.equals(ledBy)) {
            paths.update(now.builder().probedMembers(current));
            ledBy = current;
        }
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
