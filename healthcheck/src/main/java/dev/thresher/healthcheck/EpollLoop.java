// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The real loop: one thread on netty's native epoll. */
final class EpollLoop implements ProbeLoop {
    private static final long QUIET_MILLIS = 1;
    private static final long TICK_NANOS = 1_000_000;
    private static final long CLOSE_TIMEOUT_SECONDS = 5;
    private static final int WORKERS = 2;
    private static final int BLOCKING_WORKERS = 4;

    private final EventLoopGroup group;
    private final EventLoop thread;
    private final ExecutorService workers = newWorkers(WORKERS, "health-worker");
    private final ExecutorService blocking = newWorkers(BLOCKING_WORKERS, "health-blocking");
    private final ExecutorService files = newWorkers(BLOCKING_WORKERS, "health-files");
    private final List<Runnable> endings = new CopyOnWriteArrayList<>();

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
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("health-checker", true), EpollIoHandler.newFactory());
        return new EpollLoop(group);
    }

    /** Threads that end when there is nothing to do for them: most configurations never need one. */
    private static ExecutorService newWorkers(int threads, String name) {
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                threads,
                threads,
                10,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                new DefaultThreadFactory(name, true));
        workers.allowCoreThreadTimeOut(true);
        return workers;
    }

    /** For arithmetic that takes milliseconds. Ends with the loop. */
    Executor workers() {
        return workers;
    }

    /** For processes, whose start and end may block. Ends with the loop. */
    Executor blocking() {
        return blocking;
    }

    /** For reading files, which may hang: nothing else waits for these threads. They end with the loop. */
    Executor files() {
        return files;
    }

    /** Has {@code ending} run when the loop ends or is given up, on any thread. */
    void onEnd(Runnable ending) {
        endings.add(ending);
    }

    EventLoop eventLoop() {
        return thread;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public long wallMillis() {
        return System.currentTimeMillis();
    }

    @Override
    public void execute(Runnable task) {
        thread.execute(task);
    }

    @Override
    public Cancellable schedule(Runnable task, long delayNanos) {
        long now = System.nanoTime();
        Future<?> scheduled = thread.schedule(task, tickAfter(now + delayNanos) - now, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public String whereabouts() {
        return thread instanceof SingleThreadEventExecutor executor
                ? Stream.of(executor.threadProperties().stackTrace())
                        .map(frame -> "    " + frame)
                        .collect(Collectors.joining("\n"))
                : thread.toString();
    }

    /** Tasks that are due together wake the thread once, which costs as much as all else that a probe does there. */
    static long tickAfter(long dueNanos) {
        return -Math.floorDiv(-dueNanos, TICK_NANOS) * TICK_NANOS;
    }

    /** Not without a quiet period: told to end in the middle of its tasks, the loop would leave its sockets open. */
    private Future<?> shutDown() {
        return group.shutdownGracefully(QUIET_MILLIS, CLOSE_TIMEOUT_SECONDS * 1_000L, TimeUnit.MILLISECONDS);
    }

    @Override
    public void abandon() {
        endings.forEach(blocking::execute);
        workers.shutdown();
        blocking.shutdown();
        files.shutdown();
        Future<?> unused = shutDown();
    }

    /** Waits for the thread to end, unless it is the caller. */
    @Override
    public void close() {
        Future<?> closed = shutDown();
        if (!thread.inEventLoop()) {
            closed.awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
        }
        endings.forEach(Runnable::run);
        workers.shutdown();
        blocking.shutdown();
        files.shutdown();
    }
}
