// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.ProbeProgram;
import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.config.IpText;
import dev.thresher.healthcheck.ProbeRoute;
import dev.thresher.healthcheck.Target;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads probes through the tunnel: gives each target a mark, tells the probe program what the mark means, and keeps the
 * program attached wherever packets to a VIP leave this host.
 *
 * <p>It fails closed. Without a route for the mark, or without the program where the packet leaves, there is no way; and a
 * probe whose packets the program has not counted has taken another one, whatever it found.
 */
public final class KernelTunnel implements ProbePaths {
    private static final Logger LOG = LoggerFactory.getLogger(KernelTunnel.class);

    /** 8 bytes each. */
    private static final int MARKS = 1 << 17;

    private static final Duration PERIOD = Duration.ofSeconds(5);

    private final ProbeProgram program;
    private final int ifindex;
    private final Marks marks = new Marks(MARKS);
    private final VipEgress egress;
    private final ScheduledExecutorService thread;

    /** Replaced as a whole under this object's lock, read by any thread. */
    private volatile Map<Target, Path> paths = Map.of();

    /** A target's mark, and what the kernel has been told of it; nothing after a failure. */
    private record Path(int mark, @Nullable MarkRoute route) {}

    private KernelTunnel(ProbeProgram program, int ifindex, VipEgress egress) {
        this.program = program;
        this.ifindex = ifindex;
        this.egress = egress;
        this.thread = new ScheduledThreadPoolExecutor(1, body -> {
            Thread made = new Thread(body, "probe-tunnel");
            made.setDaemon(true);
            return made;
        });
    }

    /**
     * Loads the program; it is attached as soon as there are targets.
     *
     * @param settings those of the program that wraps clients' packets
     * @param ifindex the interface that clients' packets come in by
     */
    public static KernelTunnel open(ProgramSettings settings, int ifindex) {
        ProbeProgram program = ProbeProgram.open(settings, MARKS);
        KernelTunnel tunnel = new KernelTunnel(program, ifindex, new VipEgress(program::attach));
        ScheduledFuture<?> unused = tunnel.thread.scheduleWithFixedDelay(
                tunnel::check, PERIOD.toMillis(), PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return tunnel;
    }

    @Override
    public synchronized void update(Map<Target, ProbedMember> members) {
        Map<Target, Path> before = paths;
        Map<Target, Path> after = new HashMap<>();
        members.forEach((target, member) -> after.put(target, path(target, before.get(target), member)));
        egress.cover(vips(after.keySet()));
        paths = after;
        before.forEach((target, path) -> {
            if (!after.containsKey(target)) {
                forget(path);
            }
        });
    }

    private Path path(Target target, @Nullable Path known, ProbedMember member) {
        MarkRoute route = new MarkRoute(member.record(), member.egress() == 0 ? ifindex : member.egress());
        int mark = known == null ? marks.take() : known.mark();
        if (known != null && route.equals(known.route())) {
            return known;
        }
        try {
            program.put(mark, route);
            return new Path(mark, route);
        } catch (BpfException e) {
            LOG.error("Cannot lead the probes of {} through the tunnel", target, e);
            return new Path(mark, null);
        }
    }

    private void forget(Path path) {
        program.remove(path.mark());
        marks.giveBack(path.mark());
    }

    private static Set<InetAddress> vips(Collection<Target> targets) {
        Set<InetAddress> vips = new LinkedHashSet<>();
        targets.forEach(target -> vips.add(target.destination()));
        return vips;
    }

    @Override
    public ProbeRoute to(Target target) {
        if (target.way() instanceof Target.Way.Direct) {
            return ProbeRoute.Open.direct(target);
        }
        Path path = paths.get(target);
        if (path == null) {
            return closed(target, "its next hop is not known");
        }
        if (path.route() == null) {
            return closed(target, "the kernel did not take the route; the log says more");
        }
        String obstacle = egress.obstacle(target.destination());
        if (obstacle != null) {
            return closed(target, obstacle);
        }
        long before = program.sent(path.mark());
        return new ProbeRoute.Open(target.destination(), path.mark(), () -> program.sent(path.mark()) != before);
    }

    private static ProbeRoute closed(Target target, String reason) {
        return new ProbeRoute.Closed("no tunnel to " + IpText.format(target.real()) + ": " + reason);
    }

    @Override
    public List<String> warnings() {
        return egress.warnings();
    }

    /** Routes change, and others may take the program away. */
    private synchronized void check() {
        try {
            egress.cover(vips(paths.keySet()));
        } catch (RuntimeException e) {
            LOG.error("Cannot check where probes leave", e);
        }
    }

    /** For tests: takes the program off its interfaces behind this object's back. */
    void loseProgram() {
        egress.lose();
    }

    @Override
    public void close() {
        thread.shutdown();
        synchronized (this) {
            egress.close();
            paths = Map.of();
            program.close();
        }
    }
}
