// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.daemon.flows.FlowSource;
import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.StateSource;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves the API, the standard health service and server reflection on a Unix socket. */
public final class GrpcServer implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

    /** Calls run here, so that a slow one holds up neither the network thread nor the next call. */
    private static final int CALL_THREADS = 2;

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
    private final Server server;

    private GrpcServer(Path socket, StateSource source, FlowSource flows, HealthSource healths) {
        this.socket = socket;
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
        states = new StateCalls(source, Clock.systemUTC(), timer, calls);
        watches = new HealthCalls(healths, calls);
        server = NettyServerBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollServerDomainSocketChannel.class)
                .bossEventLoopGroup(eventLoop)
                .workerEventLoopGroup(eventLoop)
                // Unset what gRPC sets for TCP: Unix sockets lack it, and netty would warn at each connection.
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .protocolNegotiator(new UnixNegotiator())
                .executor(calls)
                // The last one comes first.
                .intercept(new Authorization())
                .intercept(new CallerInterceptor())
                .addService(new ThresherService(states, flows, scans, watches))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build();
    }

    /**
     * Binds the socket, mode 0660, and serves. A socket that a dead daemon left is replaced, its directory created. The
     * health service says NOT_SERVING until {@link #ready}.
     *
     * @throws IOException if the path cannot be bound, or another daemon serves on it; the message says what to do
     */
    public static GrpcServer start(Path socket, StateSource source, FlowSource flows, HealthSource healths)
            throws IOException {
        SocketFile file = new SocketFile(socket);
        file.prepare();
        GrpcServer server = new GrpcServer(socket, source, flows, healths);
        try {
            server.server.start();
            file.restrict();
        } catch (IOException e) {
            server.close();
            throw e;
        }
        LOG.debug("API on {}", socket);
        return server;
    }

    /** Has the health service say that packets are being balanced. */
    public void ready() {
        setStatus(ServingStatus.SERVING);
    }

    private void setStatus(ServingStatus status) {
        health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        health.setStatus(ThresherGrpc.SERVICE_NAME, status);
    }

    /** What it serves. */
    List<ServerServiceDefinition> services() {
        return server.getServices();
    }

    /** The path that is served on. */
    public Path socket() {
        return socket;
    }

    /** Tells watchers of the health service, lets running calls finish for a moment, and removes the socket. */
    @Override
    public void close() {
        if (server.isShutdown()) {
            return;
        }
        health.enterTerminalState();
        server.shutdown();
        states.endAll();
        watches.endAll();
        timer.close();
        try {
            if (!server.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow().awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
                calls.shutdownNow();
            }
            // A call's thread outlives its answer by a little and still needs the event loop then.
            calls.shutdown();
            calls.awaitTermination(GRACE_SECONDS, TimeUnit.SECONDS);
            scans.close(GRACE_SECONDS);
        } catch (InterruptedException e) {
            server.shutdownNow();
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
