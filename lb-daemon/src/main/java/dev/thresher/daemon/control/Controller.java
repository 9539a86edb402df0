// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.Config;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.daemon.datapath.FlowSweep;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.reconcile.DesiredState;
import dev.thresher.daemon.reconcile.Reconciler;
import dev.thresher.daemon.state.FlowCensus;
import dev.thresher.healthcheck.Health;
import dev.thresher.healthcheck.HealthChecker;
import dev.thresher.healthcheck.Target;
import dev.thresher.healthcheck.TargetHealth;
import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer. Its thread owns the reconciler; news of health and next hops reaches it as requests to reconcile, and
 * many that come at once are one.
 */
public final class Controller implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    private static final long CLOSE_SECONDS = 5;
    private static final long NEXT_HOP_SECONDS = 5;

    private final Config config;
    private final KernelDatapath datapath;
    private final Reconciler reconciler;
    private final DesiredStateBuilder builder;
    private final HealthChecker checker;
    private final NextHops nextHops;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(Controller::newThread);
    private final AtomicBoolean reconcilePending = new AtomicBoolean();

    /** The last usable next hop of each real, or why there never was one. Touched by the thread alone. */
    private final Map<InetAddress, Resolution> resolutions = new HashMap<>();

    private final FlowSweep sweep;
    private final FlowPressure pressure;

    private volatile Published published;
    private volatile FlowStatus flowStatus;

    /** Takes over what is in the maps; nothing is written before {@link #start}. */
    public Controller(Config config, KernelDatapath datapath, MacAddress source, NextHops nextHops) {
        this.config = config;
        this.datapath = datapath;
        this.reconciler = new Reconciler(datapath, new MaglevTableBuilder(config.maglevSeed()));
        this.builder = new DesiredStateBuilder(config, source);
        this.nextHops = nextHops;
        this.checker = HealthChecker.open((target, transition) -> requestReconcile());
        this.published = Published.nothing();
        this.sweep = new FlowSweep(datapath.flows());
        this.pressure = new FlowPressure(config.flows());
        this.flowStatus = new FlowStatus(sweep.census(), List.of());
    }

    /** Starts probes and next hops, and returns once the maps hold a first state. */
    public void start() throws IOException {
        Set<Target> targets = new LinkedHashSet<>();
        Set<InetAddress> reals = new LinkedHashSet<>();
        for (Vip vip : config.vips()) {
            Pool pool = config.poolOf(vip);
            for (Real real : pool.reals()) {
                targets.add(new Target(real.address(), pool.check()));
                reals.add(real.address());
            }
        }
        seedVerdicts(targets);
        checker.update(targets).join();
        seedNextHops();
        CountDownLatch unheard = new CountDownLatch(reals.size());
        nextHops.follow(reals, changes -> {
            takeNextHops(changes);
            changes.forEach((real, resolution) -> unheard.countDown());
        });
        await(unheard);
        CompletableFuture.runAsync(this::reconcile, thread).join();
        ScheduledFuture<?> unused = thread.scheduleWithFixedDelay(this::sweep, 1, 1, TimeUnit.SECONDS);
    }

    public HealthChecker checker() {
        return checker;
    }

    /** What the maps hold, and why. */
    public Published published() {
        return published;
    }

    /** How the connection table was when it was swept last. */
    public FlowStatus flowStatus() {
        return flowStatus;
    }

    @Override
    public void close() {
        nextHops.close();
        checker.close();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A change of the maps has not ended after {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A restart must not take a serving real out until its first probe: begin with what the maps say. */
    private void seedVerdicts(Set<Target> targets) {
        Map<InetAddress, Health> found = new HashMap<>();
        reconciler.memberStates().forEach((member, state) -> {
            if (state == MemberState.DOWN) {
                found.putIfAbsent(member.real(), Health.DOWN);
            } else {
                found.put(member.real(), Health.UP);
            }
        });
        for (Target target : targets) {
            Health health = found.get(target.address());
            if (health != null) {
                checker.seed(target, health);
            }
        }
    }

    private void seedNextHops() {
        reconciler.nextHops().forEach((real, nextHop) -> resolutions.put(real, new Resolution.Resolved(nextHop, real)));
    }

    private static void await(CountDownLatch unheard) {
        try {
            if (!unheard.await(NEXT_HOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("{} next hops are not known after {} s", unheard.getCount(), NEXT_HOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * A next hop that is lost is kept: a gateway that does not answer ARP for a moment is no reason to stop sending to
     * it, and if it is gone for good the probes will tell.
     */
    private void takeNextHops(Map<InetAddress, Resolution> changes) {
        thread.execute(() -> {
            changes.forEach((real, resolution) -> {
                if (resolution instanceof Resolution.Unresolved unresolved) {
                    LOG.warn("{}", unresolved.reason());
                    resolutions.putIfAbsent(real, resolution);
                } else {
                    resolutions.put(real, resolution);
                }
            });
            requestReconcile();
        });
    }

    private void requestReconcile() {
        if (!thread.isShutdown() && reconcilePending.compareAndSet(false, true)) {
            thread.execute(this::reconcile);
        }
    }

    private void reconcile() {
        reconcilePending.set(false);
        try {
            Map<Target, TargetHealth> healths = checker.snapshot();
            DesiredState desired = builder.build(healths, resolutions);
            reconciler.apply(desired);
            published = new Published(desired, reconciler.vipIds(), reconciler.memberIds(), Map.copyOf(resolutions));
        } catch (RuntimeException e) {
            LOG.error("Cannot bring the maps to the wanted state; what they hold stays", e);
        }
    }

    /** A part of the connection table each second. */
    private void sweep() {
        try {
            int removed = sweep.step(datapath.nowTicks(), datapath.settings().ticks());
            LOG.trace("Swept a part of the connection table: {} entries were expired", removed);
            FlowCensus census = sweep.census();
            Map<Counter, Long> counters = datapath.counters().globals();
            List<String> warnings = pressure.observe(
                    System.nanoTime(),
                    census,
                    counters.getOrDefault(Counter.FLOW_UNTRACKED, 0L),
                    counters.getOrDefault(Counter.FLOW_EVICTED_IDLE, 0L));
            flowStatus = new FlowStatus(census, warnings);
        } catch (RuntimeException e) {
            LOG.error("Cannot sweep the connection table", e);
        }
    }

    private static Thread newThread(Runnable body) {
        Thread thread = new Thread(body, "control");
        thread.setDaemon(true);
        return thread;
    }
}
