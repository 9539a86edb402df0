// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslContext;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A real server on a loopback address that behaves, or misbehaves, as told. */
final class LoopbackServer implements AutoCloseable {
    /** What the server does with a connection once it has read something. */
    @FunctionalInterface
    interface Behaviour {
        void onRequest(DuplexChannel client);
    }

    private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ChannelGroup clients = new DefaultChannelGroup(group.next());
    private final BlockingQueue<String> requests = new LinkedBlockingQueue<>();
    private final Channel listener;

    private LoopbackServer(InetSocketAddress address, @Nullable SslContext tls, Behaviour behaviour) {
        listener = new ServerBootstrap()
                .group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel client) {
                        clients.add(client);
                        if (tls != null) {
                            client.pipeline().addLast(tls.newHandler(client.alloc()));
                        }
                        client.pipeline().addLast(new Service(behaviour));
                    }
                })
                .bind(address)
                .syncUninterruptibly()
                .channel();
    }

    static LoopbackServer start(InetAddress address, Behaviour behaviour) {
        return start(new InetSocketAddress(address, 0), behaviour);
    }

    static LoopbackServer start(InetSocketAddress address, Behaviour behaviour) {
        return new LoopbackServer(address, null, behaviour);
    }

    static LoopbackServer startTls(InetAddress address, SslContext tls, Behaviour behaviour) {
        return new LoopbackServer(new InetSocketAddress(address, 0), tls, behaviour);
    }

    /** Sends {@code text} and says no more. */
    static Behaviour answering(String text) {
        return client -> send(client, text);
    }

    static void send(Channel client, String text) {
        var unused = client.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    }

    /** Sends {@code text}, then a reset. */
    static Behaviour resettingAfter(String text) {
        return client -> {
            client.config().setOption(ChannelOption.SO_LINGER, 0);
            client.writeAndFlush(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        };
    }

    /** Sends {@code text}, then the end of the stream, and goes on listening. */
    static Behaviour halfClosingAfter(String text) {
        return client -> {
            send(client, text);
            var unused = client.shutdownOutput();
        };
    }

    /** Sends {@code first}, then {@code more} over and over, as fast as the client takes it. */
    static Behaviour endlessly(String first, String more) {
        return client -> {
            send(client, first);
            sendForever(client, more);
        };
    }

    private static void sendForever(Channel client, String more) {
        client.writeAndFlush(Unpooled.copiedBuffer(more, StandardCharsets.US_ASCII))
                .addListener(sent -> {
                    if (sent.isSuccess()) {
                        client.eventLoop().execute(() -> sendForever(client, more));
                    }
                });
    }

    /** Sends {@code text}, one character each {@code pauseMillis}. */
    static Behaviour dripping(String text, long pauseMillis) {
        return client -> drip(client, text, 0, pauseMillis);
    }

    private static void drip(Channel client, String text, int index, long pauseMillis) {
        if (index < text.length() && client.isActive()) {
            send(client, text.substring(index, index + 1));
            var unused = client.eventLoop()
                    .schedule(() -> drip(client, text, index + 1, pauseMillis), pauseMillis, TimeUnit.MILLISECONDS);
        }
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listener.localAddress();
    }

    /** The first bytes that some client sent. */
    String nextRequest() throws InterruptedException {
        String request = requests.poll(20, TimeUnit.SECONDS);
        return request == null ? "" : request;
    }

    void awaitNoClients() {
        assertTrue(clients.newCloseFuture().awaitUninterruptibly(20, TimeUnit.SECONDS), () -> "still open: " + clients);
    }

    @Override
    public void close() {
        listener.close().syncUninterruptibly();
        clients.close().syncUninterruptibly();
        group.shutdownGracefully(0, 10, TimeUnit.SECONDS).syncUninterruptibly();
    }

    private final class Service extends ChannelInboundHandlerAdapter {
        private final Behaviour behaviour;
        private boolean asked;

        Service(Behaviour behaviour) {
            this.behaviour = behaviour;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            ByteBuf bytes = (ByteBuf) message;
            String text = bytes.toString(StandardCharsets.US_ASCII);
            bytes.release();
            if (!asked) {
                asked = true;
                requests.add(text);
                behaviour.onRequest((DuplexChannel) context.channel());
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            // Probes end with a reset: that is what a client's death looks like from here.
            var unused = context.close();
        }
    }
}
