// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RetriedTaskTest {
    /** A thread that works when the test says so. */
    private static final class ManualWorker implements RetriedTask.Worker {
        final Deque<Runnable> due = new ArrayDeque<>();
        final Deque<Runnable> later = new ArrayDeque<>();
        final List<Duration> pauses = new ArrayList<>();

        @Override
        public void execute(Runnable work) {
            due.add(work);
        }

        @Override
        public void executeAfter(Duration pause, Runnable work) {
            pauses.add(pause);
            later.add(work);
        }

        void work() {
            while (!due.isEmpty()) {
                due.remove().run();
            }
        }

        void passTime() {
            due.addAll(later);
            later.clear();
            work();
        }
    }

    private final ManualWorker worker = new ManualWorker();
    private final RetriedTask task = new RetriedTask("write the maps", this::work, worker);
    private @Nullable Throwable error;
    private int runs;

    private void work() {
        runs++;
        if (error instanceof RuntimeException e) {
            throw e;
        }
        if (error instanceof Error e) {
            throw e;
        }
    }

    @Test
    void request_manyTimes_worksOnce() {
        task.request();
        task.request();
        worker.work();
        assertEquals(1, runs);

        task.request();
        worker.work();
        assertEquals(2, runs);
        assertEquals(List.of(), worker.pauses);
    }

    @Test
    void failure_isToldAndRetriedUntilItWorks() {
        error = new IllegalStateException("ENOMEM");
        task.request();
        worker.work();
        assertEquals(Optional.of("cannot write the maps: ENOMEM"), task.failure());

        worker.passTime();
        assertEquals(2, runs);
        error = null;
        worker.passTime();
        assertEquals(3, runs);
        assertEquals(Optional.empty(), task.failure());
        worker.passTime();
        assertEquals(3, runs);
    }

    @Test
    void pauses_growToAMaximum_andBeginAnewAfterSuccess() {
        error = new IllegalStateException("ENOMEM");
        task.request();
        worker.work();
        for (int i = 0; i < 6; i++) {
            worker.passTime();
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L), seconds());
        error = null;
        worker.passTime();
        error = new IllegalStateException("ENOMEM");
        task.request();
        worker.work();
        assertEquals(List.of(1L), seconds().subList(7, 8));
    }

    @Test
    void request_whileARetryIsDue_worksAtOnce_andLeavesOneRetry() {
        error = new IllegalStateException("ENOMEM");
        task.request();
        worker.work();
        task.request();
        worker.work();
        assertEquals(2, runs);
        worker.passTime();
        assertEquals(3, runs, "the retry of the first failure found a later attempt");
    }

    @Test
    void lackOfMemory_isAFailureLikeAnyOther() {
        error = new OutOfMemoryError("Java heap space");
        task.request();
        worker.work();
        assertTrue(task.failure().orElseThrow().endsWith("Java heap space"));
        assertEquals(1, worker.later.size());
    }

    private List<Long> seconds() {
        return worker.pauses.stream().map(Duration::toSeconds).toList();
    }
}
