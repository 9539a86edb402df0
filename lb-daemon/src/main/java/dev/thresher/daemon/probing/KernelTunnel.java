// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import dev.thresher.bpf.BpfException;
import dev.thresher.bpf.ProbeProgram;
import dev.thresher.bpf.layout.MarkRoute;
import dev.thresher.bpf.layout.ProbeCounter;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.config.IpText;
import dev.thresher.healthcheck.ProbeRoute;
import dev.thresher.healthcheck.Target;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
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
    private final VipEgress egress;
    private final ScheduledExecutorService thread;

    /** Changed under this object's lock. */
    private final TunnelPaths paths;

    /** Packets of probes that were too large for the tunnel, when last looked. Touched by the thread alone. */
    private long tooLarge;

    private volatile List<String> tooLargeNow = List.of();

    private KernelTunnel(ProbeProgram program, int ifindex, VipEgress egress) {
        this.program = program;
        this.ifindex = ifindex;
        this.egress = egress;
        this.paths = new TunnelPaths(new KernelRoutes(program), MARKS);
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
        Map<Target, MarkRoute> wanted = new HashMap<>();
        members.forEach((target, member) ->
                wanted.put(target, new MarkRoute(member.record(), member.egress() == 0 ? ifindex : member.egress())));
        egress.cover(vips(wanted.keySet()));
        paths.update(wanted);
    }

    private static Set<InetAddress> vips(Iterable<Target> targets) {
        Set<InetAddress> vips = new LinkedHashSet<>();
        targets.forEach(target -> vips.add(target.destination()));
        return vips;
    }

    @Override
    public ProbeRoute to(Target target) {
        if (target.way() instanceof Target.Way.Direct) {
            return ProbeRoute.Open.direct(target);
        }
        TunnelPaths.Path path = paths.of(target);
        if (path == null) {
            return closed(target, "its next hop is not known");
        }
        if (!path.open()) {
            return closed(target, "the kernel has not taken the route, and is asked again; the log says more");
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
        List<String> warnings = new ArrayList<>(egress.warnings());
        warnings.addAll(tooLargeNow);
        return warnings;
    }

    @Override
    public SortedMap<String, Long> counters() {
        SortedMap<String, Long> counters = new TreeMap<>();
        program.counters()
                .forEach((counter, packets) -> counters.put(counter.name().toLowerCase(Locale.ROOT), packets));
        return counters;
    }

    /** Routes change, others may take the program away, and what the kernel refused it may take now. */
    private synchronized void check() {
        try {
            egress.cover(vips(paths.targets()));
            paths.retry();
            long now = program.counters().getOrDefault(ProbeCounter.NO_ROOM, 0L);
            tooLargeNow = now == tooLarge
                    ? List.of()
                    : List.of((now - tooLarge) + " packets of probes were dropped in the last "
                            + PERIOD.toSeconds() + " s, because with the outer header they are larger than the MTU of"
                            + " the way: let health checks send less");
            tooLarge = now;
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
            program.close();
        }
    }

    private record KernelRoutes(ProbeProgram program) implements TunnelPaths.Routes {
        @Override
        public Optional<String> put(int mark, MarkRoute route) {
            try {
                program.put(mark, route);
                return Optional.empty();
            } catch (BpfException e) {
                return Optional.of(String.valueOf(e.getMessage()));
            }
        }

        @Override
        public void remove(int mark) {
            program.remove(mark);
        }
    }
}
