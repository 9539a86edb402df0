// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The real loop: one thread on netty's native epoll. */
final class EpollLoop implements ProbeLoop {
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final EventLoopGroup group;
    private final EventLoop thread;

    private EpollLoop(EventLoopGroup group) {
        this.group = group;
        this.thread = group.next();
    }

    static EpollLoop open() {
        if (!Epoll.isAvailable()) {
            throw new IllegalStateException(
                    "Health checks need netty's native epoll transport, which did not load. It unpacks itself into"
                            + " java.io.tmpdir: if that is mounted noexec, name another directory with"
                            + " -Dio.netty.native.workdir=DIR",
                    Epoll.unavailabilityCause());
        }
        return new EpollLoop(new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("health-checker", true), EpollIoHandler.newFactory()));
    }

    EventLoop eventLoop() {
        return thread;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
        Future<?> scheduled = thread.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** Waits for the thread to end, unless it is the caller. */
    @Override
    public void close() {
        Future<?> closed = group.shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (!thread.inEventLoop()) {
            closed.awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
    }
}
