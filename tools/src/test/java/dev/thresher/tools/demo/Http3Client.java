// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3ClientConnectionHandler;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One HTTP/3 connection, and requests on it. */
final class Http3Client implements AutoCloseable {
    private static final int SECONDS = 5;
    private static final int STREAM_BYTES = 1_000_000;

    private final Channel socket;
    private final QuicChannel connection;
    private final InetSocketAddress server;

    private Http3Client(Channel socket, QuicChannel connection, InetSocketAddress server) {
        this.socket = socket;
        this.connection = connection;
        this.server = server;
    }

    /** Opens a socket for a connection, in the network namespace of the calling thread. */
    static Channel socket(EventLoopGroup group, InetSocketAddress local) {
        ChannelHandler codec = Http3.newQuicClientCodecBuilder()
                .sslContext(QuicSslContextBuilder.forClient()
                        .trustManager(InsecureTrustManagerFactory.INSTANCE) // the lab's own certificate
                        .applicationProtocols(Http3.supportedApplicationProtocols())
                        .build())
                .maxIdleTimeout(SECONDS, TimeUnit.SECONDS)
                .initialMaxData(STREAM_BYTES)
                .initialMaxStreamDataBidirectionalLocal(STREAM_BYTES)
                .build();
        return new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(codec)
                .bind(local)
                .syncUninterruptibly()
                .channel();
    }

    /** Shakes hands. */
    static Http3Client connect(Channel socket, InetSocketAddress server) throws InterruptedException {
        QuicChannel connection = await(QuicChannel.newBootstrap(socket)
                .handler(new Http3ClientConnectionHandler())
                .remoteAddress(server)
                .connect());
        return new Http3Client(socket, connection, server);
    }

    /** Sends a request and answers the body. */
    String get() throws InterruptedException {
        CompletableFuture<String> body = new CompletableFuture<>();
        QuicStreamChannel stream = await(Http3.newRequestStream(connection, new Reader(body)));
        Http3HeadersFrame request = new DefaultHttp3HeadersFrame();
        request.headers()
                .method("GET")
                .path("/")
                .authority(server.getAddress().getHostAddress() + ":" + server.getPort())
                .scheme("https");
        stream.writeAndFlush(request).addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        return await(body);
    }

    private static <T> T await(java.util.concurrent.Future<T> future) throws InterruptedException {
        try {
            return future.get(SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("HTTP/3 failed", e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no answer over HTTP/3 in " + SECONDS + " s", e);
        }
    }

    @Override
    public void close() {
        connection.close().syncUninterruptibly();
        socket.close().syncUninterruptibly();
    }

    private static final class Reader extends Http3RequestStreamInboundHandler {
        private final CompletableFuture<String> body;
        private final StringBuilder received = new StringBuilder();

        Reader(CompletableFuture<String> body) {
            this.body = body;
        }

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
            received.append(frame.content().toString(UTF_8));
            ReferenceCountUtil.release(frame);
        }

        @Override
        protected void channelInputClosed(ChannelHandlerContext ctx) {
            body.complete(received.toString());
            ChannelFuture unused = ctx.close();
        }
    }
}
