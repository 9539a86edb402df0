// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A TCP socket that serves one connection after another. To make, set up, watch and free a socket is up to half of what a
 * probe costs; to end its connection with a reset and connect it anew (connect(2) with AF_UNSPEC) is a call. Nothing of that
 * is seen from outside: each connection has a local port and a sequence number of its own, and closing a socket that does
 * not linger sends the same reset. Lives on the loop's thread.
 */
final class ProbeSocket implements EpollIoHandle {
    private static final int IPPROTO_TCP = 6;
    private static final int TCP_MAXSEG = 2;
    /**
     * Leaves room for any outer header on any path that IPv6 can take (1,280 bytes): the tunnel drops a segment that has no
     * room for it, and that would count against the real server.
     */
    private static final int TUNNEL_SEGMENT_BYTES = 1100;

    /** Said once: each change of it would be another call. */
    private static final EpollIoOps EVENTS = EpollIoOps.EPOLLIN
            .with(EpollIoOps.EPOLLOUT)
            .with(EpollIoOps.EPOLLRDHUP)
            .with(EpollIoOps.EPOLLET);

    private final SocketPool.Kind kind;
    private final Socket socket;
    private @Nullable IoRegistration registration;
    private @Nullable ProbeChannel user;
    private int mark = ProbeRoute.NO_MARK;

    private ProbeSocket(SocketPool.Kind kind) {
        this.kind = kind;
        this.socket = new NewSocket(kind.isIpv4() ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6);
    }

    /** @throws IOException if the kernel has none, or refuses to set it up */
    static ProbeSocket open(SocketPool.Kind kind) throws IOException {
        ProbeSocket opened = new ProbeSocket(kind);
        try {
            // Closing sends a reset: no TIME_WAIT piles up on either side, however many probes a second.
            opened.socket.setSoLinger(0);
            opened.socket.setTcpNoDelay(true);
            if (kind.isTunnelled()) {
                opened.socket.setIntOpt(IPPROTO_TCP, TCP_MAXSEG, TUNNEL_SEGMENT_BYTES);
            }
            return opened;
        } catch (IOException | RuntimeException e) {
            opened.socket.close();
            throw e;
        }
    }

    /** Netty has no public way to a socket of a certain family. */
    private static final class NewSocket extends Socket {
        NewSocket(SocketProtocolFamily family) {
            super(newSocketStream0(family));
        }
    }

    SocketPool.Kind kind() {
        return kind;
    }

    /** Marks the packets of the next connection. */
    void mark(int wanted) {
        if (wanted != mark) {
            SocketMark.set(socket, wanted);
            mark = wanted;
        }
    }

    /** Hands all events to {@code next}, until the socket is released or closed. */
    void lendTo(ProbeChannel next, EventLoop loop) throws IOException {
        if (registration == null) {
            var registering = ((IoEventLoop) loop).register(this); // At once, for this is its thread.
            if (!registering.isSuccess()) {
                throw new IOException("epoll_ctl", registering.cause());
            }
            registration = registering.getNow();
            registration.submit(EVENTS);
        }
        user = next;
    }

    /** Ends the connection, and gets ready for the next one. False if it cannot. */
    boolean release() {
        user = null;
        try {
            socket.disconnect();
            return registration != null && registration.isValid();
        } catch (IOException e) {
            return false;
        }
    }

    boolean connect(InetSocketAddress destination) throws IOException {
        return socket.connect(destination);
    }

    /** @throws IOException if the connection has failed, with the reason */
    void finishConnect() throws IOException {
        socket.finishConnect();
    }

    /** Bytes read into {@code buffer}, 0 if there are none now, -1 at the end. */
    int receive(ByteBuffer buffer) throws IOException {
        return socket.recv(buffer, buffer.position(), buffer.limit());
    }

    /** Bytes taken of the first {@code count} buffers, 0 if none fits now. */
    long send(ByteBuffer[] buffers, int count) throws IOException {
        ByteBuffer first = buffers[0];
        return count == 1
                ? socket.send(first, first.position(), first.limit())
                : socket.writev(buffers, 0, count, Integer.MAX_VALUE);
    }

    void shutdownOutput() throws IOException {
        socket.shutdown(false, true);
    }

    @Nullable
    InetSocketAddress localAddress() {
        return socket.localAddress();
    }

    @Override
    public Socket fd() {
        return socket;
    }

    @Override
    public void handle(IoRegistration source, IoEvent event) {
        if (user != null) {
            user.ready(((EpollIoEvent) event).ops());
        } // else the kernel tells of the end of the last connection
    }

    /** The loop ends. */
    @Override
    public void close() throws IOException {
        if (user != null) {
            user.unsafe().close(user.voidPromise());
        }
        destroy();
    }

    void destroy() throws IOException {
        user = null;
        socket.close(); // This ends the watching too; and then the registration knows that it has no call to make.
        if (registration != null) {
            registration.cancel();
        }
    }
}
