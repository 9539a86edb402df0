// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.RoleNames;
import dev.thresher.config.TlsListener;
import dev.thresher.daemon.flows.FlowSource;
import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.StateSource;
import io.grpc.BindableService;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the API, the standard health service and server reflection: on a Unix socket, and over TLS if that is wanted. */
public final class GrpcServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

    /** Calls run here, so that a slow one holds up neither the network thread nor the next call. */
    private static final int CALL_THREADS = 2;

    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);
    private static final long IDLE_THREAD_SECONDS = 10;
    private static final long GRACE_SECONDS = 2;

    private final Path socket;
    private final HealthStatusManager health;
    private final EventLoopGroup eventLoop;
    private final ThreadPoolExecutor calls;
    private final ScanThread scans = new ScanThread();
    private final TimerThread timer = new TimerThread();
    private final StateCalls states;
    private final HealthCalls watches;
    private final Listeners listeners;
    private final @Nullable TlsFiles tls;

    private GrpcServer(
            ApiSettings api,
            @Nullable TlsFiles tls,
            StateSource source,
            FlowSource flows,
            HealthSource healths,
            BindableService... more) {
        this.tls = tls;
        socket = api.socket();
        health = new HealthStatusManager();
        setStatus(ServingStatus.NOT_SERVING);
        eventLoop = new MultiThreadIoEventLoopGroup(1, daemonThreads("grpc-io"), EpollIoHandler.newFactory());
        calls = new ThreadPoolExecutor(
                CALL_THREADS,
                CALL_THREADS,
                IDLE_THREAD_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                daemonThreads("grpc-call"));
        calls.allowCoreThreadTimeOut(true);
        WatchLimit limit = new WatchLimit();
        states = new StateCalls(source, Clock.systemUTC(), timer, calls, limit);
        watches = new HealthCalls(healths, calls, limit);
        List<BindableService> services = new ArrayList<>(List.of(
                new ThresherService(states, flows, scans, watches),
                health.getHealthService(),
                ProtoReflectionServiceV1.newInstance()));
        services.addAll(List.of(more));
        TlsListener settings = api.tls();
        RoleNames roles = settings == null ? new RoleNames(List.of(), List.of(), List.of()) : settings.roles();
        List<ServerInterceptor> interceptors = List.of(
                new Authorization(),
                new Audit(),
                new CallerInterceptor(new CertificateCallers(roles, InstantSource.system())));
        listeners = new Listeners(api, tls, new Listeners.Common(eventLoop, calls, interceptors, services));
        if (tls != null) {
            timer.every(LOOK_INTERVAL, tls::look);
        }
    }

    /**
     * Binds the socket, mode 0660, and the TCP port if one is configured, and serves. A socket that a dead daemon left is
     * replaced, its directory created. The health service says NOT_SERVING until {@link #ready}.
     *
     * @param more services besides those of the state
     * @throws TlsFileException if a file of the TLS settings cannot be used
     * @throws IOException if an address cannot be bound, or another daemon serves on it; the message says what to do
     */
    public static GrpcServer start(
            ApiSettings api, StateSource source, FlowSource flows, HealthSource healths, BindableService... more)
            throws IOException {
        TlsListener settings = api.tls();
        TlsFiles tls = settings == null ? null : TlsFiles.open(settings);
        GrpcServer server = new GrpcServer(api, tls, source, flows, healths, more);
        try {
            server.listeners.start();
        } catch (IOException e) {
            server.close();
            throw e;
        }
        LOG.debug("API on {}", server.socket);
        return server;
    }

    /** The same on a Unix socket alone. */
    public static GrpcServer start(
            Path socket, StateSource source, FlowSource flows, HealthSource healths, BindableService... more)
            throws IOException {
        return start(new ApiSettings(socket), source, flows, healths, more);
    }

    /** When the certificate of the TLS port ends; empty without such a port. */
    public Optional<Instant> certificateEnd() {
        return tls == null ? Optional.empty() : Optional.of(tls.ends());
    }

    /** Has the health service say that packets are being balanced. */
    public void ready() {
        setStatus(ServingStatus.SERVING);
    }

    private void setStatus(ServingStatus status) {
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(ThresherGrpc.SERVICE_NAME, status);
        health.setStatus(ControlGrpc.SERVICE_NAME, status);
    }

    /** What it serves. */
    List<ServerServiceDefinition> services() {
        return listeners.services();
    }

    /** The path that is served on. */
    public Path socket() {
        return socket;
    }

    /** The TCP port that is served on; 0 if there is none. */
    public int port() {
        return listeners.port();
    }

    /** Tells watchers of the health service, lets running calls finish for a moment, and removes the socket. */
    @Override
    public void close() {
        if (listeners.isShutdown()) {
            return;
        }
        health.enterTerminalState();
        listeners.shutdown();
        states.endAll();
        watches.endAll();
        timer.close();
        try {
            if (!listeners.awaitTermination(GRACE_SECONDS)) {
                listeners.shutdownNow();
                boolean unused = listeners.awaitTermination(GRACE_SECONDS);
                calls.shutdownNow();
            }
            // A call's thread outlives its answer by a little and still needs the event loop then.
            calls.shutdown();
            calls.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
            scans.close(GRACE_SECONDS);
        } catch (InterruptedException e) {
            listeners.shutdownNow();
            calls.shutdownNow();
            Thread.currentThread().interrupt();
        }
        eventLoop.shutdownGracefully(0, GRACE_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private static ThreadFactory daemonThreads(String name) {
        return new ThreadFactoryBuilder()
                .setNameFormat(name + "-%d")
                .setDaemon(true)
                .build();
    }
}
