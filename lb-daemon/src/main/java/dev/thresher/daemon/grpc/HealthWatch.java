// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.daemon.health.HealthEvent;
import dev.thresher.daemon.health.HealthFeed;
import dev.thresher.daemon.health.HealthFeed.Batch;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** Sends events to one caller, no faster than it takes them; what it is too slow for, its queue drops and counts. */
final class HealthWatch {
    private static final int EVENTS_A_MESSAGE = 256;

    private final ServerCallStreamObserver<WatchHealthResponse> caller;
    private final Executor executor;
    private final Consumer<HealthWatch> onEnd;
    private final HealthFeed.Subscription subscription;
    private final AtomicBoolean woken = new AtomicBoolean();

    /** Guarded by this, as is the caller. */
    private boolean ended;

    /** @param onEnd hears once that the call is over */
    HealthWatch(
            HealthFeed feed,
            Predicate<HealthEvent> wanted,
            ServerCallStreamObserver<WatchHealthResponse> caller,
            Executor executor,
            Consumer<HealthWatch> onEnd) {
        this.caller = caller;
        this.executor = executor;
        this.onEnd = onEnd;
        this.subscription = feed.subscribe(wanted, this::wake);
    }

    /** Begins. To be called before the call's method returns. */
    void start() {
        caller.setOnReadyHandler(this::send);
        caller.setOnCancelHandler(this::cancelled);
        caller.onNext(WatchHealthResponse.getDefaultInstance());
    }

    /** Ends the call after what has happened so far. */
    synchronized void end() {
        if (!ended) {
            for (Batch batch = next(); !batch.isEmpty(); batch = next()) {
                caller.onNext(HealthEncoder.encode(batch));
            }
            close();
            caller.onCompleted();
        }
    }

    private Batch next() {
        return subscription.take(EVENTS_A_MESSAGE);
    }

    private synchronized void cancelled() {
        if (!ended) {
            close();
        }
    }

    private void close() {
        ended = true;
        subscription.close();
        onEnd.accept(this);
    }

    private void wake() {
        if (woken.compareAndSet(false, true)) {
            try {
                executor.execute(this::send);
            } catch (RejectedExecutionException e) {
                cancelled(); // the server is being closed
            }
        }
    }

    private synchronized void send() {
        woken.set(false);
        while (!ended && caller.isReady()) {
            Batch batch = next();
            if (batch.isEmpty()) {
                return;
            }
            caller.onNext(HealthEncoder.encode(batch));
        }
    }
}
