// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Errors.NativeIoException;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Opens the sockets of all probes: the one place that knows how they are set up. */
final class Dialer {
    private static final int MAX_DATAGRAM_BYTES = 65_536;

    /** What the native transport calls it. */
    private static final int EADDRINUSE = -98;

    private static final InetAddress ANY = any(4);
    private static final InetAddress ANY_V6 = any(16);

    /** Ports that are in use by others, in a row, before the kernel shall choose. */
    private static final int MAX_PORTS_TRIED = 16;

    private final EventLoop eventLoop;
    private final LocalPorts ports = LocalPorts.ofThisHost();
    private final SocketPool pool = new SocketPool(SocketPool.limitFor(OpenFiles.limit()));

    Dialer(EventLoop eventLoop) {
        this.eventLoop = eventLoop;
    }

    /** Sockets that are open and serve no probe. */
    int idleSockets() {
        return pool.idle();
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

    private Channel stream(ProbeContext context) {
        boolean ipv4 = context.address() instanceof Inet4Address;
        boolean tunnelled = context.mark() != ProbeRoute.NO_MARK;
        try {
            SocketPool.Kind kind = SocketPool.Kind.of(ipv4, tunnelled);
            return new ProbeChannel(pool, context.decides() ? ProbeSocket.open(kind) : pool.take(kind));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            mark(channel, context.mark());
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

    private static void mark(Channel channel, int mark) {
        if (channel instanceof ProbeChannel probe) {
            probe.mark(mark);
        } else if (mark != ProbeRoute.NO_MARK) {
            SocketMark.set((Socket) ((UnixChannel) channel).fd(), mark);
        }
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
