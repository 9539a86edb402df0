// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.Closeable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes, or plans of them, one after the other, so that those who only look need not wait for them. There while there
 * is work.
 */
final class WorkThread implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkThread.class);

    private static final long IDLE_SECONDS = 10;

    /** As long as a change waits for next hops, and then some. */
    private static final long CLOSE_SECONDS = 10;

    private final String name;
    private final ThreadPoolExecutor thread;

    /** @param mostWaiting what is over is refused */
    WorkThread(String name, int mostWaiting) {
        this.name = name;
        thread = new ThreadPoolExecutor(
                1,
                1,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(mostWaiting),
                new ThreadFactoryBuilder()
                        .setNameFormat(name + "-%d")
                        .setDaemon(true)
                        .build());
        thread.allowCoreThreadTimeOut(true);
    }

    /** Answers whether it will be done. */
    boolean run(Runnable work) {
        try {
            thread.execute(work);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A call on the thread {} has not ended after {} s", name, CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
