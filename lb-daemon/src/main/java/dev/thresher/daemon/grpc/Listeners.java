// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.ApiSettings;
import dev.thresher.config.TlsListener;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Where the services can be reached: the Unix socket always, and TCP if there is TLS. */
final class Listeners {
    private static final long HANDSHAKE_SECONDS = 10;

    /** What all listeners have in common. The last interceptor comes first. */
    record Common(
            EventLoopGroup eventLoop,
            Executor calls,
            List<ServerInterceptor> interceptors,
            List<BindableService> services) {}

    private final ApiSettings api;
    private final SocketFile file;
    private final Server unix;
    private final @Nullable Server tcp;

    /** @param tls the files of the TLS settings; null if there are none */
    Listeners(ApiSettings api, @Nullable TlsFiles tls, Common common) {
        this.api = api;
        file = new SocketFile(api.socket());
        unix = build(
                NettyServerBuilder.forAddress(
                                new DomainSocketAddress(file.pending().toFile()))
                        .channelType(EpollServerDomainSocketChannel.class)
                        // Unset what gRPC sets for TCP: Unix sockets lack it, and netty would warn at each connection.
                        .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                        .protocolNegotiator(new UnixNegotiator()),
                common);
        TlsListener settings = api.tls();
        tcp = settings == null || tls == null
                ? null
                : build(
                        NettyServerBuilder.forAddress(settings.listen().toSocketAddress())
                                .channelType(EpollServerSocketChannel.class)
                                .protocolNegotiator(new TlsNegotiator(tls)),
                        common);
    }

    private static Server build(NettyServerBuilder builder, Common common) {
        common.services().forEach(builder::addService);
        common.interceptors().forEach(builder::intercept);
        return builder.bossEventLoopGroup(common.eventLoop())
                .workerEventLoopGroup(common.eventLoop())
                .executor(common.calls())
                .handshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    /**
     * Begins to serve.
     *
     * @throws IOException if an address cannot be bound; the message says what to do
     */
    void start() throws IOException {
        file.prepare();
        unix.start();
        file.place(api.group());
        TlsListener tls = api.tls();
        if (tcp != null && tls != null) {
            try {
                tcp.start();
            } catch (IOException e) {
                throw new IOException(
                        "API on " + tls.listen() + ": " + reason(e)
                                + ": set thresher.api.tls.listen to another address or port",
                        e);
            }
        }
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? String.valueOf(failure.getMessage()) : reason(cause);
    }

    /** The TCP port, for one that was left to the kernel; 0 without TLS. */
    int port() {
        return tcp == null ? 0 : tcp.getPort();
    }

    /** What is served, the same everywhere. */
    List<ServerServiceDefinition> services() {
        return unix.getServices();
    }

    boolean isShutdown() {
        return unix.isShutdown();
    }

    /** Takes no more calls. */
    void shutdown() {
        // Before the end of the server: a daemon that starts then makes another.
        file.remove();
        servers().forEach(Server::shutdown);
    }

    /** Ends the calls that are being served. */
    void shutdownNow() {
        servers().forEach(Server::shutdownNow);
    }

    /** Whether all calls have ended within the time. */
    boolean awaitTermination(long seconds) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        boolean ended = true;
        for (Server server : servers()) {
            ended &= server.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        }
        return ended;
    }

    private List<Server> servers() {
        List<Server> servers = new ArrayList<>(List.of(unix));
        if (tcp != null) {
            servers.add(tcp);
        }
        return servers;
    }
}
