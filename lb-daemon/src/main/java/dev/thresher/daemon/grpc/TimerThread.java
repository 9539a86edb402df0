// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One thread for the intervals of all calls; there is none while no call has one. */
final class TimerThread implements Timer {
    private static final long IDLE_THREAD_SECONDS = 10;

    private final ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
            1,
            new ThreadFactoryBuilder()
                    .setNameFormat("grpc-timer")
                    .setDaemon(true)
                    .build(),
            // After the end: the calls have been ended.
            new ThreadPoolExecutor.DiscardPolicy());

    TimerThread() {
        thread.setRemoveOnCancelPolicy(true);
        thread.setKeepAliveTime(IDLE_THREAD_SECONDS, TimeUnit.SECONDS);
        thread.allowCoreThreadTimeOut(true);
    }

    @Override
    public Stop every(Duration interval, Runnable task) {
        ScheduledFuture<?> ticks =
                thread.scheduleAtFixedRate(task, interval.toNanos(), interval.toNanos(), TimeUnit.NANOSECONDS);
        return () -> ticks.cancel(false);
    }

    void close() {
        thread.shutdownNow();
    }
}
