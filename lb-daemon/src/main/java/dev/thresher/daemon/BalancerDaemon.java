// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.Config;
import dev.thresher.config.ListenAddress;
import dev.thresher.config.OnExit;
import dev.thresher.config.XdpMode;
import dev.thresher.daemon.control.Controller;
import dev.thresher.daemon.control.FlowSweeping;
import dev.thresher.daemon.control.HealthView;
import dev.thresher.daemon.control.NextHops;
import dev.thresher.daemon.control.StateView;
import dev.thresher.daemon.datapath.DatapathException;
import dev.thresher.daemon.datapath.KernelDatapath;
import dev.thresher.daemon.flows.FlowView;
import dev.thresher.daemon.grpc.ControlService;
import dev.thresher.daemon.grpc.GrpcServer;
import dev.thresher.daemon.grpc.TlsFileException;
import dev.thresher.daemon.metrics.MetricsServer;
import dev.thresher.daemon.metrics.MetricsSource;
import dev.thresher.daemon.nexthop.InterfaceMac;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.probing.KernelTunnel;
import dev.thresher.daemon.probing.ProbePaths;
import dev.thresher.daemon.revision.ControllerActivation;
import dev.thresher.daemon.revision.Intent;
import dev.thresher.daemon.revision.Reloading;
import dev.thresher.daemon.revision.Revisions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All parts of a running daemon, started in order and stopped in the reverse. */
final class BalancerDaemon implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(BalancerDaemon.class);

    /** A program that cannot hand its maps over goes on for so long, until probes have told what to hand to the new one. */
    private static final Duration VERDICT_PATIENCE = Duration.ofSeconds(10);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private String summary = "starting";
    private Supplier<OnExit> onExit = () -> OnExit.KEEP;
    private Runnable detach = () -> {};

    private BalancerDaemon() {}

    /**
     * Starts everything; when a part fails, those before it are stopped and what was attached is taken off again.
     *
     * @throws IOException if the instance is in use or its socket cannot be served
     * @throws DatapathException if the data plane cannot be brought up
     */
    static BalancerDaemon start(Intent intent, Path configFile, String version) throws IOException, DatapathException {
        BalancerDaemon daemon = new BalancerDaemon();
        try {
            daemon.startParts(intent, configFile, version);
            return daemon;
        } catch (IOException | DatapathException | RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void startParts(Intent intent, Path configFile, String version) throws IOException, DatapathException {
        Config config = intent.config();
        KernelDatapath datapath = add(KernelDatapath.open(config));
        MacAddress source = InterfaceMac.of(config.iface().name());
        FlowSweeping sweeping = new FlowSweeping(datapath);
        ProbePaths paths = add(
                KernelTunnel.open(datapath.settings(), indexOf(config.iface().name())));
        Controller controller =
                add(new Controller(config, datapath, source, nextHops(config, datapath, source), paths, sweeping));
        onExit = () -> controller.published().config().onExit();
        detach = datapath::detachOnClose;
        controller.start(datapath.startsOver() ? VERDICT_PATIENCE : Duration.ZERO);
        Revisions revisions =
                Revisions.begin(configFile, intent, new ControllerActivation(controller), InstantSource.system());
        StateView view = new StateView(configFile, version, datapath, controller, revisions::state, sweeping);
        FlowView flows = new FlowView(datapath, () -> controller.published().memberIds(), view);
        Path socket = config.api().socket();
        HealthView healths = new HealthView(controller, view);
        ControlService control = add(new ControlService(revisions));
        GrpcServer server = add(serve(intent, view, flows, healths, control));
        AtomicBoolean ready = new AtomicBoolean();
        serveMetrics(
                config,
                new MetricsSource(
                        ready::get,
                        view,
                        healths,
                        controller.checker()::status,
                        view::fills,
                        server::certificateEnd,
                        () -> unresolved(controller)));
        controller.betweenChanges(DatapathException.class, datapath::activate);
        server.ready();
        ready.set(true);
        add(Reloading.start(revisions, configFile));
        summary = "balancing on " + config.iface().name() + " in " + datapath.mode() + " mode, VIPs: "
                + config.vips().size() + ", API on " + socket;
    }

    private static GrpcServer serve(
            Intent intent, StateView view, FlowView flows, HealthView healths, ControlService control)
            throws IOException {
        try {
            return GrpcServer.start(intent.config().api(), view, flows, healths, control);
        } catch (TlsFileException e) {
            throw new IOException(
                    intent.document()
                            .errorAt(e.key(), String.valueOf(e.getMessage()))
                            .toString(),
                    e);
        }
    }

    private void serveMetrics(Config config, MetricsSource source) throws IOException {
        ListenAddress listen = config.api().metrics();
        if (listen != null) {
            add(MetricsServer.start(listen, source));
        }
    }

    private static int unresolved(Controller controller) {
        return (int) controller.published().nextHops().values().stream()
                .filter(Resolution.Unresolved.class::isInstance)
                .count();
    }

    /** What it does, for the log. */
    @Override
    public String toString() {
        return summary;
    }

    private static int indexOf(String name) throws IOException {
        return NetworkInterfaces.indexOf(name).orElseThrow(() -> new IOException("there is no interface " + name));
    }

    private static NextHops nextHops(Config config, KernelDatapath datapath, MacAddress source) {
        String name = config.iface().name();
        var gateway = config.iface().gatewayMac();
        return gateway == null
                ? new FollowedNextHops(name, () -> datapath.mode() == XdpMode.GENERIC)
                : new FixedNextHop(MacAddress.of(gateway.toBytes()), source, () -> InterfaceMac.mtuOf(name));
    }

    /** What becomes of the data plane when the daemon is told to stop, as configured now. */
    OnExit onExit() {
        return onExit.get();
    }

    /** Stops the daemon's part, and does with the data plane what is configured. */
    void stop() {
        if (onExit() == OnExit.DETACH) {
            detach.run();
        }
        close();
    }

    private <T extends AutoCloseable> T add(T part) {
        parts.push(part);
        return part;
    }

    /** Stops the daemon's part; the program and its maps stay and go on. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.error("Cannot stop {}", part.getClass().getSimpleName(), e);
            }
        }
    }
}
