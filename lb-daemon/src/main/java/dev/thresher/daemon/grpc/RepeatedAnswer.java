// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends one caller an answer at once and at each interval. A caller that does not take them as fast is sent none until it
 * is ready for more; then it gets one of that moment, at once.
 */
final class RepeatedAnswer<T> {
    /**
     * What is answered.
     *
     * @param call its name in the API
     * @param answer looks anew each time
     */
    record Question<T>(String call, Supplier<T> answer) {}

    private final Question<T> question;
    private final Duration interval;
    private final ServerCallStreamObserver<T> caller;
    private final Executor executor;
    private final Consumer<RepeatedAnswer<?>> onEnd;
    private final AtomicBoolean asked = new AtomicBoolean();

    /** An answer is due. Guarded by this, as are all below and the caller. */
    private boolean due = true;

    private boolean ended;
    private Timer.@Nullable Stop ticks;

    /**
     * @param executor where answers are made, so that the timer does not wait for them
     * @param onEnd hears once that the call is over
     */
    RepeatedAnswer(
            Question<T> question,
            Duration interval,
            ServerCallStreamObserver<T> caller,
            Executor executor,
            Consumer<RepeatedAnswer<?>> onEnd) {
        this.question = question;
        this.interval = interval;
        this.caller = caller;
        this.executor = executor;
        this.onEnd = onEnd;
    }

    /** Begins. To be called before the call's method returns. */
    synchronized void start(Timer timer) {
        caller.setOnReadyHandler(this::send);
        caller.setOnCancelHandler(this::close);
        ticks = timer.every(interval, this::tick);
        send();
    }

    /** Ends the call. */
    synchronized void end() {
        if (!ended) {
            close();
            caller.onCompleted();
        }
    }

    private void tick() {
        if (!asked.compareAndSet(false, true)) {
            return; // the executor is behind: it has this question already
        }
        try {
            executor.execute(() -> {
                asked.set(false);
                setDue();
                send();
            });
        } catch (RejectedExecutionException e) {
            close(); // the server is being closed
        }
    }

    private synchronized void setDue() {
        due = true;
    }

    private synchronized void send() {
        if (ended || !due || !caller.isReady()) {
            return;
        }
        due = false;
        T message;
        try {
            message = question.answer().get();
        } catch (RuntimeException e) {
            close();
            caller.onError(CallErrors.of(question.call(), e));
            return;
        }
        caller.onNext(message);
    }

    private synchronized void close() {
        if (!ended) {
            ended = true;
            if (ticks != null) {
                ticks.stop();
            }
            onEnd.accept(this);
        }
    }
}
