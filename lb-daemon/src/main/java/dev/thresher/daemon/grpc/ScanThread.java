// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Where long walks through the connection table run: apart from the other calls, a step at a time in turns, and on half
 * a CPU at most, which the packets may need more.
 */
final class ScanThread {
    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder()
                    .setNameFormat("grpc-scan")
                    .setDaemon(true)
                    .build(),
            // After the end: the calls are being cancelled.
            new ThreadPoolExecutor.DiscardPolicy());

    /** Steps until a step answers that it was the last. */
    void run(BooleanSupplier step) {
        schedule(step, 0);
    }

    /** Ends the walks where they are and waits for the step that is running. */
    void close(long seconds) throws InterruptedException {
        thread.shutdownNow();
        thread.awaitTermination(seconds, TimeUnit.SECONDS);
    }

    private void schedule(BooleanSupplier step, long delayNanos) {
        ScheduledFuture<?> unused = thread.schedule(() -> walk(step), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void walk(BooleanSupplier step) {
        long start = System.nanoTime();
        if (step.getAsBoolean()) {
            schedule(step, System.nanoTime() - start);
        }
    }
}
