// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

/** The checker's one thread and its clock. Tasks run one after another; nothing else touches the checker's state. */
interface ProbeLoop extends AutoCloseable {
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

    /** Closes what tasks have opened and ends the thread. */
    @Override
    void close();
}
