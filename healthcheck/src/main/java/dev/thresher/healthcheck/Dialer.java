// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Opens the sockets of all probes: the one place that knows how they are set up. */
final class Dialer {
    /** Little of an answer is read, so that large reads would only cost memory. */
    private static final int READ_BYTES = 4096;

    private static final int MAX_DATAGRAM_BYTES = 65_536;

    /** TCP_MAXSEG, which is 2 at IPPROTO_TCP, which is 6. */
    private static final IntegerUnixChannelOption MAX_SEGMENT = new IntegerUnixChannelOption("TCP_MAXSEG", 6, 2);
    /**
     * Leaves room for any outer header on any path that IPv6 can take (1,280 bytes): the tunnel drops a segment that has no
     * room for it, and that would count against the real server.
     */
    private static final int TUNNEL_SEGMENT_BYTES = 1100;

    /** What the native transport calls it. */
    private static final int EADDRINUSE = -98;

    private static final InetAddress ANY = any(4);
    private static final InetAddress ANY_V6 = any(16);

    /** Ports that are in use by others, in a row, before the kernel shall choose. */
    private static final int MAX_PORTS_TRIED = 16;

    private final EventLoop eventLoop;
    private final LocalPorts ports = LocalPorts.ofThisHost();

    Dialer(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    private static InetAddress any(int length) {
        try {
            return InetAddress.getByAddress(new byte[length]);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("no address has " + length + " bytes", e);
        }
    }

    /** What a probe says and hears on its connection. */
    @FunctionalInterface
    interface Conversation {
        /** Adds handlers that bring {@code attempt} to an end; the connection is still to be made. */
        void prepare(ChannelPipeline pipeline, Attempt attempt);
    }

    /** Connects by TCP and converses under the target's timeout. See {@link Probe#start}. */
    Attempt dial(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        return connect(() -> stream(context), context, context.destination(), conversation, done);
    }

    /** The same by UDP. The socket is connected, so that it hears of ICMP errors and of nobody else's datagrams. */
    Attempt dialDatagrams(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        Supplier<Channel> socket = () -> reading(new EpollDatagramChannel(familyOf(context.address())));
        return connect(socket, context, context.destination(), conversation, done);
    }

    /**
     * The same by ICMP or ICMPv6. Echoes of other pingers of this host reach the socket too, if they come from the same
     * address.
     */
    Attempt dialIcmp(ProbeContext context, Conversation conversation, Consumer<ProbeResult> done) {
        boolean ipv4 = context.address() instanceof Inet4Address;
        Supplier<Channel> socket = () -> reading(new EpollDatagramChannel(RawSockets.openIcmp(ipv4)));
        // The kernel refuses a port that is not the protocol's number, or 0.
        return connect(socket, context, new InetSocketAddress(context.address(), 0), conversation, done);
    }

    private static Channel stream(ProbeContext context) {
        EpollSocketChannel channel = new EpollSocketChannel(familyOf(context.address()));
        if (context.mark() != ProbeRoute.NO_MARK) {
            channel.config().setOption(MAX_SEGMENT, TUNNEL_SEGMENT_BYTES);
        }
        channel.config()
                // The attempt's own timer covers connecting and answer together.
                .setConnectTimeoutMillis(0)
                // Closing sends a reset: no TIME_WAIT piles up on either side, however many probes a second.
                .setSoLinger(0)
                .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES));
        return channel;
    }

    private static Channel reading(EpollDatagramChannel channel) {
        channel.config().setRecvByteBufAllocator(new FixedRecvByteBufAllocator(MAX_DATAGRAM_BYTES));
        return channel;
    }

    /** Without netty's Bootstrap, whose promises, tasks and copies are a tenth of what a probe costs. */
    private Attempt connect(
            Supplier<Channel> socket,
            ProbeContext context,
            InetSocketAddress destination,
            Conversation conversation,
            Consumer<ProbeResult> done) {
        Attempt attempt = new Attempt(eventLoop, context.timeout(), done);
        if (eventLoop.isShuttingDown()) {
            return attempt; // The loop has closed what it had, and would leave this one open.
        }
        Channel channel = null;
        try {
            channel = socket.get();
            SocketMark.set(channel, context.mark());
            conversation.prepare(channel.pipeline(), attempt);
        } catch (RuntimeException e) {
            if (channel != null) {
                channel.unsafe().closeForcibly();
            }
            attempt.failAtOnce(e);
            return attempt;
        }
        ChannelFuture registered = eventLoop.register(channel); // At once, for this is its thread.
        if (!registered.isSuccess()) {
            attempt.fail(registered.cause());
            return attempt;
        }
        attempt.opened(channel);
        ChannelFuture connecting = connect(channel, destination);
        if (connecting.isDone() && !connecting.isSuccess()) {
            attempt.failAtOnce(connecting.cause());
            return attempt;
        }
        connecting.addListener((ChannelFutureListener) connected -> {
            if (!connected.isSuccess()) {
                attempt.fail(connected.cause());
            }
        });
        return attempt;
    }

    private ChannelFuture connect(Channel channel, InetSocketAddress destination) {
        if (channel instanceof EpollDatagramChannel && destination.getPort() != 0) {
            InetAddress any = destination.getAddress() instanceof Inet4Address ? ANY : ANY_V6;
            for (int i = 0; i < MAX_PORTS_TRIED; i++) {
                ChannelFuture connecting = channel.connect(destination, new InetSocketAddress(any, ports.next()));
                if (!(connecting.cause() instanceof IOException busy && isInUse(busy))) {
                    return connecting;
                }
            }
        }
        return channel.connect(destination);
    }

    private static boolean isInUse(IOException failure) {
        return failure instanceof BindException
                || (failure instanceof NativeIoException known && known.expectedErr() == EADDRINUSE);
    }

    private static SocketProtocolFamily familyOf(InetAddress address) {
        return address instanceof Inet4Address ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    }
}
