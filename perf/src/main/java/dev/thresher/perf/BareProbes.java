// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import io.netty.buffer.Unpooled;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoEvent;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The floor of an HTTP probe: connect, send, receive, disconnect on sockets that exist, and nothing else. Nobody judges the
 * answer, no target has a turn, nothing can time out.
 */
final class BareProbes implements AutoCloseable {
    private static final int EPOLLHUP = 0x10;
    private static final EpollIoOps EVENTS =
            EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLOUT).with(EpollIoOps.EPOLLET);
    private static final byte[] REQUEST = String.join(
                    "\r\n",
                    "GET /health HTTP/1.1",
                    "host: 127.1.0.1",
                    "user-agent: thresher-health-check",
                    "accept: */*",
                    "connection: close",
                    "",
                    "")
            .getBytes(StandardCharsets.US_ASCII);

    private final MultiThreadIoEventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final IoEventLoop loop = group.next();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final ByteBuffer request =
            Unpooled.directBuffer().writeBytes(REQUEST).nioBuffer();
    private final ByteBuffer answer = ByteBuffer.allocateDirect(4096);
    private final int port;
    private final int perMillisecond;

    private long started;
    private long answered;

    /** @param rate connections a second */
    BareProbes(int port, int rate) {
        this.port = port;
        this.perMillisecond = Math.max(1, rate / 1000);
        var unused = loop.scheduleAtFixedRate(this::turn, 1, 1, TimeUnit.MILLISECONDS);
    }

    /** What the thread has done up to a moment. */
    private record Reading(long cpuNanos, long answered) {}

    /** CPU time of one, in microseconds, over so many seconds after a few to get warm. */
    double microsEach(Runnable warmUp, Runnable time) {
        try {
            warmUp.run();
            Reading first = loop.submit(this::read).get();
            time.run();
            Reading last = loop.submit(this::read).get();
            return (last.cpuNanos - first.cpuNanos) / 1e3 / Math.max(1, last.answered - first.answered);
        } catch (ExecutionException e) {
            throw new BenchException("the bare probes have failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted");
        }
    }

    private Reading read() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return new Reading(threads.getCurrentThreadCpuTime(), answered);
    }

    private void turn() {
        try {
            for (int i = 0; i < perMillisecond; i++) {
                Connection connection = idle.isEmpty() ? new Connection() : idle.removeLast();
                connection.connect();
            }
        } catch (IOException e) {
            throw new BenchException("a bare probe cannot connect: " + e.getMessage(), e);
        }
    }

    private InetSocketAddress nextServer() throws IOException {
        int number = (int) (started++ % 20_000);
        byte[] address = {127, 1, (byte) (number >> 8), (byte) number};
        return new InetSocketAddress(InetAddress.getByAddress(address), port);
    }

    @Override
    public void close() {
        group.shutdownGracefully(1, 5000, TimeUnit.MILLISECONDS).syncUninterruptibly();
    }

    private static final class NewSocket extends Socket {
        NewSocket() {
            super(newSocketStream0(SocketProtocolFamily.INET));
        }
    }

    private final class Connection implements EpollIoHandle {
        private final Socket socket = new NewSocket();
        private boolean asked;
        private boolean busy;

        Connection() {
            IoRegistration registration = loop.register(this).getNow();
            registration.submit(EVENTS);
        }

        void connect() throws IOException {
            asked = false;
            busy = true;
            socket.connect(nextServer());
        }

        @Override
        public Socket fd() {
            return socket;
        }

        @Override
        public void handle(IoRegistration registration, IoEvent event) {
            EpollIoOps ops = ((EpollIoEvent) event).ops();
            if (!busy || (ops.value() & EPOLLHUP) != 0) {
                return;
            }
            try {
                if (!asked) {
                    asked = true;
                    socket.send(request, 0, REQUEST.length);
                } else if (ops.contains(EpollIoOps.EPOLLIN) && socket.recv(answer, 0, answer.capacity()) > 0) {
                    answered++;
                    busy = false;
                    socket.disconnect();
                    idle.addLast(this);
                }
            } catch (IOException e) {
                throw new BenchException("a bare probe has failed: " + e.getMessage(), e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
