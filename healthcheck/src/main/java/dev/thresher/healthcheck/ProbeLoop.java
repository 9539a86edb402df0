// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/** The checker's one thread and its clock. Tasks run one after another; nothing else touches the checker's state. */
interface ProbeLoop extends AutoCloseable {
    /** Wall-clock time, which jumps when the host was asleep or somebody sets it. */
    long wallMillis();

    /** Monotonic; comparable with other values of the same loop only. */
    long nanoTime();

    /**
     * Runs {@code task} soon. May be called from any thread.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the loop is closed
     */
    void execute(Runnable task);

    /** Runs {@code task} in {@code delayNanos}. Called on the loop's thread. */
    Cancellable schedule(Runnable task, long delayNanos);

    /** What the thread is doing, for people: its stack, a line a frame. */
    String whereabouts();

    /** Asks a thread that may be stuck to close all and end when it can. Does not wait. */
    void abandon();

    /** Closes what tasks have opened and ends the thread. */
    @Override
    void close();
}
