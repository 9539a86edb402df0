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

/** Makes changes one after the other, so that those who only look need not wait for them. There while there is work. */
final class ChangeThread implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ChangeThread.class);

    /** Many more than people make at once; what is over is refused. */
    private static final int MOST_WAITING = 256;

    private static final long IDLE_SECONDS = 10;

    /** As long as a change waits for next hops, and then some. */
    private static final long CLOSE_SECONDS = 10;

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MOST_WAITING),
            new ThreadFactoryBuilder()
                    .setNameFormat("changes-%d")
                    .setDaemon(true)
                    .build());

    ChangeThread() {
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
                LOG.warn("A change by a call has not ended after {} s", CLOSE_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
