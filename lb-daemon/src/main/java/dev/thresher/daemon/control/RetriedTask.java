// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that one thread does when it is asked for, once for all who ask before it begins. Work that fails is done again,
 * after longer and longer pauses.
 */
final class RetriedTask {
    static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private static final Logger LOG = LoggerFactory.getLogger(RetriedTask.class);

    /** The thread. */
    interface Worker {
        void execute(Runnable work);

        void executeAfter(Duration pause, Runnable work);
    }

    private final String purpose;
    private final Runnable work;
    private final Worker worker;
    private final AtomicBoolean asked = new AtomicBoolean();

    // Owned by the worker's thread.
    private Duration pause = FIRST_PAUSE;
    private int attempts;

    private volatile @Nullable String failure;

    /** {@code purpose} follows "cannot" in messages. */
    RetriedTask(String purpose, Runnable work, Worker worker) {
        this.purpose = purpose;
        this.work = work;
        this.worker = worker;
    }

    /** Asks for it. From any thread. */
    void request() {
        if (asked.compareAndSet(false, true)) {
            worker.execute(this::attempt);
        }
    }

    /** What it cannot do at present, and why. From any thread. */
    Optional<String> failure() {
        return Optional.ofNullable(failure);
    }

    private void attempt() {
        asked.set(false);
        int thisAttempt = ++attempts;
        try {
            work.run();
        } catch (RuntimeException | OutOfMemoryError e) {
            fail(e);
            worker.executeAfter(pause, () -> retry(thisAttempt));
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            return;
        }
        if (failure != null) {
            LOG.info("Can {} again", purpose);
        }
        failure = null;
        pause = FIRST_PAUSE;
    }

    private void retry(int failedAttempt) {
        if (attempts == failedAttempt) {
            attempt();
        }
    }

    private void fail(Throwable e) {
        String message = "cannot " + purpose + ": " + (e.getMessage() == null ? e : e.getMessage());
        if (message.equals(failure)) {
            LOG.error("Still {}; trying again in {} s", message, pause.toSeconds());
        } else {
            LOG.error("{}; trying again in {} s", message, pause.toSeconds(), e);
        }
        failure = message;
    }
}
