// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A lab that is up. Closing it removes it; {@link #leaveUp} ends only this process's hold on it. */
public final class Lab implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);

    private final LabSpec spec;
    private final Topology topology;
    private final LabFiles files;
    private final Balancer balancer;
    private final List<RealServer> realServers;
    private final LabLock lock;

    private Lab(LabSpec spec, Path launcher, LabLock lock) {
        this.spec = spec;
        this.topology = spec.topology();
        this.files = new LabFiles(spec.lab());
        this.balancer = new Balancer(topology.balancer(), files, launcher);
        this.realServers = IntStream.rangeClosed(1, topology.reals())
                .mapToObj(number -> new RealServer(number, topology.real(number), files))
                .toList();
        this.lock = lock;
    }

    /**
     * Brings a lab up, removing first what a killed run left of one of the same name.
     *
     * @param launcher the script {@code thresher}
     * @param progress told of each step
     */
    public static Lab up(LabSpec spec, Path launcher, Consumer<String> progress) {
        Privileges.require();
        LabFiles files = new LabFiles(spec.lab());
        LabLock lock = LabLock.take(LabFiles.ALL_LABS, spec.lab(), PATIENCE, "the lab '" + spec.lab() + "'");
        if (!spec.ownedByProcess() && Files.exists(files.complete())) {
            lock.close();
            throw new LabException("the lab '" + spec.lab() + "' is up already; look at it with: thresher lab status,"
                    + " remove it with: thresher lab down");
        }
        try {
            if (Remains.of(spec.lab()).remove()) {
                progress.accept("removed what an earlier run left");
            }
            Lab lab = new Lab(spec, launcher, lock);
            lab.make(progress);
            return lab;
        } catch (RuntimeException e) {
            try (lock) {
                Remains.of(spec.lab()).remove();
            } catch (RuntimeException second) {
                e.addSuppressed(second);
            }
            throw e;
        }
    }

    private void make(Consumer<String> progress) {
        SystemMounts.prepare();
        progress.accept("network: client, router, lb1 and " + topology.reals() + " real servers");
        new Wiring(topology).make();
        new XdpPrograms(topology, files).attach();
        progress.accept("nginx on each real server");
        realServers.forEach(RealServer::start);
        progress.accept("the daemon on lb1");
        balancer.configure(spec);
        balancer.start();
        await("not all real servers are up", balancer::allMembersUp);
        for (String url : urls()) {
            await("no answer from " + url, () -> answers(url));
        }
        LabFiles.write(files.complete(), "");
    }

    private void await(String complaint, BooleanSupplier condition) {
        if (!Await.until(READY_LIMIT, condition)) {
            throw new LabException(complaint + " after " + READY_LIMIT.toSeconds() + " s; the daemon's last words:\n"
                    + balancer.lastWords());
        }
    }

    private boolean answers(String url) {
        List<String> curl = List.of("curl", "--silent", "--globoff", "--output", "/dev/null", "--max-time", "1", url);
        return Shell.attempt("", topology.client().namespace().command(curl)).exit() == 0;
    }

    /** Removes a lab, or what is left of one. False if there was nothing. */
    public static boolean down(String lab) {
        Privileges.require();
        Remains remains = Remains.of(lab);
        LabLock lock = LabLock.take(LabFiles.ALL_LABS, lab, PATIENCE, "the lab '" + lab + "'");
        try (lock) {
            return remains.remove();
        }
    }

    /** The URLs of the VIPs by IP in IP, IPv4 first. */
    public List<String> urls() {
        return urls(Way.IPIP);
    }

    /** The URLs of the VIPs by one way, IPv4 first. */
    public List<String> urls(Way way) {
        return List.of(
                "http://" + Topology.VIP4 + ":" + way.port() + "/",
                "http://[" + Topology.VIP6 + "]:" + way.port() + "/");
    }

    /** What was asked for. */
    public LabSpec spec() {
        return spec;
    }

    /** Who is in it. */
    public Topology topology() {
        return topology;
    }

    /** Where its files are. */
    public LabFiles files() {
        return files;
    }

    /** The daemon on lb1. */
    public Balancer balancer() {
        return balancer;
    }

    /** The real servers, real1 first. */
    public List<RealServer> realServers() {
        return realServers;
    }

    /** Lets the lab stay when this process ends. */
    public void leaveUp() {
        lock.close();
    }

    @Override
    public void close() {
        try (lock) {
            Remains.of(spec.lab()).remove();
        }
    }
}
