// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.CapacitySettings;
import dev.thresher.config.Config;
import dev.thresher.config.EncapsulationSettings;
import dev.thresher.config.FlowSettings;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.Interface;
import dev.thresher.config.Member;
import dev.thresher.config.OnExit;
import dev.thresher.config.Pool;
import dev.thresher.config.Protocol;
import dev.thresher.config.Real;
import dev.thresher.config.Vip;
import dev.thresher.config.VipKey;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.control.Controller;
import dev.thresher.daemon.control.NextHops;
import dev.thresher.daemon.datapath.DatapathException;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.probing.ProbePaths;
import dev.thresher.healthcheck.Order;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A controller over real maps, and real servers that go down when the benchmark says so: by an order to the health checker,
 * which takes the way of any verdict from there on.
 */
final class FailoverRun implements AutoCloseable {
    static final int MOST_VIPS = 4096;

    private static final InetAddress FIRST_VIP = Traffic.address("198.18.0.0");
    private static final InetAddress FIRST_REAL = Traffic.address("10.0.0.1");
    private static final MacAddress OWN = MacAddress.parse("02:00:00:00:00:01");
    private static final MacAddress NEXT_HOP = MacAddress.parse("02:00:00:00:01:01");
    private static final String INSTANCE = "bench-" + ProcessHandle.current().pid();
    private static final long POLL_NANOS = 100_000;
    /** What follows from a return is over by then; a failure right after it would wait for that. */
    private static final long SETTLE_NANOS = 50_000_000;

    private final List<Vip> vips;
    private final Map<String, Pool> pools = new HashMap<>();
    private final KernelDatapath datapath;
    private final Controller controller;
    private final SplittableRandom random = new SplittableRandom(1);

    /** A real server in a VIP that it serves. */
    private record Victim(VipKey vip, InetAddress real) {}

    private FailoverRun(Config config) throws DatapathException {
        this.vips = config.vips();
        config.pools().forEach(pool -> pools.put(pool.name(), pool));
        this.datapath = KernelDatapath.open(config);
        this.controller = new Controller(config, datapath, OWN, new OneNextHop(), ProbePaths.direct(), () -> {});
    }

    /** @param shared one pool for all VIPs, not one for each */
    static FailoverRun start(int vips, int reals, boolean shared) {
        try {
            FailoverRun run = new FailoverRun(config(vips, reals, shared));
            run.controller.start(Duration.ZERO);
            return run;
        } catch (DatapathException | IOException e) {
            throw new BenchException("the balancer does not start: " + e.getMessage(), e);
        }
    }

    private static Config config(int vips, int reals, boolean shared) {
        List<Pool> pools = new ArrayList<>();
        for (int i = 0; i < (shared ? 1 : vips); i++) {
            List<Real> members = new ArrayList<>();
            for (int j = 0; j < reals; j++) {
                members.add(new Real(Traffic.after(FIRST_REAL, i * reals + j), 1));
            }
            pools.add(new Pool("pool-" + i, members, HealthCheck.none()));
        }
        List<Vip> all = new ArrayList<>();
        for (int i = 0; i < vips; i++) {
            VipKey key = new VipKey(Traffic.after(FIRST_VIP, i), 80, Protocol.TCP);
            all.add(new Vip(key, shared ? "pool-0" : "pool-" + i, true));
        }
        return new Config(
                INSTANCE,
                new Interface(VethPair.FAR, XdpMode.AUTO, null),
                EncapsulationSettings.DEFAULT,
                FlowSettings.DEFAULT,
                CapacitySettings.DEFAULT,
                OnExit.KEEP,
                ApiSettings.forInstance("bench"),
                0,
                pools,
                all);
    }

    /**
     * From the first verdict on.
     *
     * @param avoidedNanos until the program sends no packet to any of the victims any more
     * @param rebuiltNanos until all tables are as if they had never been there
     */
    record Took(long avoidedNanos, long rebuiltNanos) {}

    /** Takes some real servers out and, when that is measured, in again. */
    Took fail(int atOnce) {
        List<Victim> victims = victims(atOnce);
        Map<Member, Integer> ids = controller.published().memberIds();
        long start = System.nanoTime();
        victims.forEach(victim -> controller.checker().order(victim.real(), Order.MAINTENANCE, "benchmark"));
        victims.forEach(victim -> awaitDown(Objects.requireNonNull(ids.get(new Member(victim.vip(), victim.real())))));
        long avoided = System.nanoTime() - start;
        await(victims, MemberState.DOWN);
        long rebuilt = System.nanoTime() - start;
        victims.forEach(victim -> controller.checker().order(victim.real(), Order.SERVE, "benchmark"));
        await(victims, MemberState.UP);
        long settled = System.nanoTime() + SETTLE_NANOS;
        while (System.nanoTime() < settled) {
            LockSupport.parkNanos(settled - System.nanoTime());
        }
        return new Took(avoided, rebuilt);
    }

    /** Other slots stand in for those of a member that says so. */
    private void awaitDown(int memberId) {
        while (datapath.member(memberId)
                .filter(member -> member.state() == MemberState.DOWN)
                .isEmpty()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Each of another VIP. */
    private List<Victim> victims(int count) {
        List<Victim> victims = new ArrayList<>();
        int first = random.nextInt(vips.size());
        for (int i = 0; i < count; i++) {
            Vip vip = vips.get((first + i) % vips.size());
            List<Real> reals = Objects.requireNonNull(pools.get(vip.pool())).reals();
            victims.add(new Victim(
                    vip.key(), reals.get(random.nextInt(reals.size())).address()));
        }
        return victims;
    }

    /** What is published is in the maps. */
    private void await(List<Victim> victims, MemberState wanted) {
        for (Victim victim : victims) {
            while (!isIn(victim, wanted)) {
                LockSupport.parkNanos(POLL_NANOS);
            }
        }
    }

    private boolean isIn(Victim victim, MemberState wanted) {
        var plan = controller.published().plans().get(victim.vip());
        return plan != null
                && plan.members().stream()
                        .anyMatch(member -> member.real().equals(victim.real()) && member.state() == wanted);
    }

    @Override
    public void close() {
        controller.close();
        datapath.close();
        InstancePins pins = new InstancePins(INSTANCE);
        if (pins.exist()) {
            pins.remove();
        }
    }

    /** All real servers are behind one router. */
    private static final class OneNextHop implements NextHops {
        @Override
        public void follow(Collection<InetAddress> reals, Consumer<Map<InetAddress, Resolution>> listener) {
            Map<InetAddress, Resolution> resolutions = new HashMap<>();
            reals.forEach(real -> resolutions.put(real, new Resolution.Resolved(NEXT_HOP, OWN, real, 0, 0)));
            listener.accept(resolutions);
        }

        /** The benchmark has one configuration from its beginning to its end. */
        @Override
        public void update(Collection<InetAddress> reals) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
