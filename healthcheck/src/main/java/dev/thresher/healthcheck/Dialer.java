// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.function.Consumer;

/** Opens the TCP connections of all probes: the one place that knows how a probe's socket is set up. */
final class Dialer {
    /** No answer is read beyond its headers, so that large reads would only cost memory. */
    private static final int READ_BYTES = 4096;

    private final EventLoop eventLoop;

    Dialer(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** What a probe says and hears on its connection. */
    @FunctionalInterface
    interface Conversation {
        /** Adds handlers that bring {@code attempt} to an end; the connection is still to be made. */
        void prepare(ChannelPipeline pipeline, Attempt attempt);
    }

    /** Connects and converses under the target's timeout. See {@link Probe#start}. */
    Attempt dial(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        Attempt attempt = new Attempt(eventLoop, context.timeout(), done);
        bootstrap(context.address())
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        attempt.opened(channel);
                        SocketMark.set(channel, context.mark());
                        conversation.prepare(channel.pipeline(), attempt);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
                        attempt.fail(cause);
                    }
                })
                .connect(context.destination())
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        attempt.fail(connected.cause());
                    }
                });
        return attempt;
    }

    private Bootstrap bootstrap(InetAddress address) {
        SocketProtocolFamily family =
                address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
        return new Bootstrap()
                .group(eventLoop)
                .channelFactory(() -> new EpollSocketChannel(family))
                .disableResolver()
                // The attempt's own timer covers connecting and answer together.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                // Closing sends a reset: no TIME_WAIT piles up on either side, however many probes a second.
                .option(ChannelOption.SO_LINGER, 0)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
    }
}
