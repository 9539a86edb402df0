// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.daemon.grpc.RepeatedAnswer.Question;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** With a clock that is moved by hand, and a caller that says itself whether it is ready. */
class RepeatedAnswerTest {
    private final ManualTimer timer = new ManualTimer();
    private final Caller caller = new Caller();
    private final List<RepeatedAnswer<?>> over = new ArrayList<>();
    private int looks;

    private RepeatedAnswer<Integer> start() {
        RepeatedAnswer<Integer> answer = new RepeatedAnswer<>(
                new Question<>("Watch", () -> looks++), Duration.ofSeconds(7), caller, Runnable::run, over::add);
        answer.start(timer);
        return answer;
    }

    @Test
    void answers_atOnceAndAtEachInterval() {
        start();
        assertEquals(List.of(0), caller.received);
        assertEquals(Duration.ofSeconds(7), timer.interval);
        timer.tick();
        timer.tick();
        assertEquals(List.of(0, 1, 2), caller.received);
        assertEquals(List.of(), over);
    }

    @Test
    void aSlowCaller_getsOneFreshAnswerWhenItIsReady() {
        start();
        caller.ready = false;
        timer.tick();
        timer.tick();
        timer.tick();
        assertEquals(1, looks, "nobody looks for a caller that takes nothing");
        looks = 40;

        caller.becomeReady();
        assertEquals(List.of(0, 40), caller.received);
        caller.becomeReady();
        assertEquals(List.of(0, 40), caller.received, "the next is due at the next interval");
    }

    @Test
    void aCallerThatIsNotReadyAtFirst_getsItsFirstAnswerLater() {
        caller.ready = false;
        start();
        assertEquals(List.of(), caller.received);
        caller.becomeReady();
        assertEquals(List.of(0), caller.received);
    }

    @Test
    void aCallerThatCancels_stopsTheTimer() {
        RepeatedAnswer<Integer> answer = start();
        caller.cancel.run();
        assertTrue(timer.stopped);
        assertEquals(List.of(answer), over);
        timer.tick();
        assertEquals(List.of(0), caller.received);
        answer.end();
        assertFalse(caller.completed, "a call that is cancelled takes no more");
    }

    @Test
    void end_completesTheCallOnce() {
        RepeatedAnswer<Integer> answer = start();
        answer.end();
        answer.end();
        assertTrue(caller.completed);
        assertTrue(timer.stopped);
        assertEquals(List.of(answer), over);
    }

    @Test
    void aLookThatFails_endsTheCallWithTheReason() {
        RepeatedAnswer<Integer> answer = new RepeatedAnswer<>(
                new Question<Integer>("Watch", () -> {
                    throw new IllegalStateException("map members: EBADF");
                }),
                Duration.ofSeconds(1),
                caller,
                Runnable::run,
                over::add);
        answer.start(timer);
        Status status = Status.fromThrowable(caller.error);
        assertEquals(Status.Code.INTERNAL, status.getCode());
        assertEquals("Watch failed: java.lang.IllegalStateException: map members: EBADF", status.getDescription());
        assertTrue(timer.stopped);
        assertEquals(List.of(answer), over);
    }

    @Test
    void anExecutorThatIsBehind_isAskedOnce() {
        List<Runnable> waiting = new ArrayList<>();
        RepeatedAnswer<Integer> answer = new RepeatedAnswer<>(
                new Question<>("Watch", () -> looks++), Duration.ofSeconds(1), caller, waiting::add, over::add);
        answer.start(timer);
        timer.tick();
        timer.tick();
        timer.tick();
        assertEquals(1, waiting.size());

        waiting.remove(0).run();
        assertEquals(List.of(0, 1), caller.received);
        timer.tick();
        assertEquals(1, waiting.size());
    }

    @Test
    void aServerThatCloses_stopsTheTimer() {
        RepeatedAnswer<Integer> answer = new RepeatedAnswer<>(
                new Question<>("Watch", () -> looks++),
                Duration.ofSeconds(1),
                caller,
                task -> {
                    throw new RejectedExecutionException();
                },
                over::add);
        answer.start(timer);
        timer.tick();
        assertTrue(timer.stopped);
    }

    private static final class ManualTimer implements Timer {
        private Duration interval = Duration.ZERO;
        private Runnable task = () -> {};
        private boolean stopped;

        @Override
        public Stop every(Duration interval, Runnable task) {
            this.interval = interval;
            this.task = task;
            return () -> stopped = true;
        }

        void tick() {
            task.run();
        }
    }

    private static final class Caller extends ServerCallStreamObserver<Integer> {
        private final List<Integer> received = new ArrayList<>();
        private boolean ready = true;
        private boolean completed;
        private Throwable error = new AssertionError("no error");
        private Runnable onReady = () -> {};
        private Runnable cancel = () -> {};

        void becomeReady() {
            ready = true;
            onReady.run();
        }

        @Override
        public void onNext(Integer answer) {
            assertTrue(ready);
            received.add(answer);
        }

        @Override
        public void onError(Throwable error) {
            this.error = error;
        }

        @Override
        public void onCompleted() {
            completed = true;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {
            cancel = handler;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            onReady = handler;
        }

        @Override
        public void setCompression(String compression) {}

        @Override
        public void disableAutoInboundFlowControl() {}

        @Override
        public void request(int count) {}

        @Override
        public void setMessageCompression(boolean enable) {}
    }
}
