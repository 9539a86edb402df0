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
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** Opens the sockets of all probes: the one place that knows how they are set up. */
final class Dialer {
    /** Little of an answer is read, so that large reads would only cost memory. */
    private static final int READ_BYTES = 4096;

    private static final int MAX_DATAGRAM_BYTES = 65_536;

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

    /** Connects by TCP and converses under the target's timeout. See {@link Probe#start}. */
    Attempt dial(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        Bootstrap stream = new Bootstrap()
                .channelFactory(() -> new EpollSocketChannel(familyOf(context.address())))
                // The attempt's own timer covers connecting and answer together.
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 0)
                // Closing sends a reset: no TIME_WAIT piles up on either side, however many probes a second.
                .option(ChannelOption.SO_LINGER, 0)
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES));
        return connect(stream, context, context.destination(), conversation, done);
    }

    /** The same by UDP. The socket is connected, so that it hears of ICMP errors and of nobody else's datagrams. */
    Attempt dialDatagrams(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        Bootstrap datagrams = new Bootstrap()
                .channelFactory(() -> new EpollDatagramChannel(familyOf(context.address())))
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES));
        return connect(datagrams, context, context.destination(), conversation, done);
    }

    /**
     * The same by ICMP or ICMPv6. Echoes of other pingers of this host reach the socket too, if they come from the same
     * address.
     *
     * @throws UnableToProbeException if this host may not open raw sockets
     */
    Attempt dialIcmp(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        int descriptor = RawSockets.openIcmp(context.address() instanceof Inet4Address);
        Bootstrap raw = new Bootstrap()
                .channelFactory(() -> new EpollDatagramChannel(descriptor))
                .option(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES));
        // The kernel refuses a port that is not the protocol's number, or 0.
        return connect(raw, context, new InetSocketAddress(context.address(), 0), conversation, done);
    }

    private Attempt connect(
            Bootstrap bootstrap,
            ProbeContext context,
            InetSocketAddress destination,
            Conversation conversation,
            Consumer<ProbeResult> done) {
        Attempt attempt = new Attempt(eventLoop, context.timeout(), done);
        bootstrap
                .group(eventLoop)
                .disableResolver()
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        attempt.opened(channel);
                        SocketMark.set(channel, context.mark());
                        conversation.prepare(channel.pipeline(), attempt);
                    }

                    @Override
                    public void exceptionCaught(ChannelHandlerContext failing, Throwable cause) {
                        attempt.fail(cause);
                    }
                })
                .connect(destination)
                .addListener((ChannelFutureListener) connected -> {
                    if (!connected.isSuccess()) {
                        attempt.fail(connected.cause());
                    }
                });
        return attempt;
    }

    private static SocketProtocolFamily familyOf(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }
}
