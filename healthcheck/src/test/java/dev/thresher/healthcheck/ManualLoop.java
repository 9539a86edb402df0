// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.RejectedExecutionException;

/** A loop whose time passes only when a test says so. */
final class ManualLoop implements ProbeLoop {
    private record Task(long dueNanos, long order, Runnable body) {}

    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::order));
    private long nowNanos = 1_000_000_000_000L;
    private long order;
    private long sleptMillis;
    private boolean closed;
    private boolean stuck;

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public long wallMillis() {
        return 1_700_000_000_000L + nowNanos / 1_000_000 + sleptMillis;
    }

    @Override
    public String whereabouts() {
        return "    in a test";
    }

    @Override
    public void abandon() {
        close();
    }

    @Override
    public void execute(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("closed");
        }
        schedule(task, 0);
    }

    @Override
    public Cancellable schedule(Runnable body, long delayNanos) {
        Task task = new Task(nowNanos + delayNanos, order++, body);
        tasks.add(task);
        return () -> tasks.remove(task);
    }

    @Override
    public void close() {
        closed = true;
        tasks.clear();
    }

    /** Lets time pass, running each task at its moment. */
    void advance(Duration time) {
        long end = nowNanos + time.toNanos();
        for (Task next = tasks.peek(); !stuck && next != null && next.dueNanos() <= end; next = tasks.peek()) {
            tasks.remove();
            nowNanos = Math.max(nowNanos, next.dueNanos());
            next.body().run();
        }
        nowNanos = end;
    }

    /** Runs what is due now. */
    void settle() {
        advance(Duration.ZERO);
    }

    /** Lets time pass while nothing runs: the host was suspended. */
    void stall(Duration time) {
        nowNanos += time.toNanos();
    }

    /** The host was asleep, and its monotonic clock with it. */
    void sleep(Duration time) {
        sleptMillis += time.toMillis();
    }

    /** From now on time passes and nothing runs, until the thread is abandoned. */
    void getStuck() {
        stuck = true;
    }
}
