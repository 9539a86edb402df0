// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One probe on its way. It ends once, by the first of result, timeout and cancellation, and its connection with it.
 * Lives on the loop's thread.
 */
final class Attempt implements Cancellable {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
    private static final String CONNECTING = "connecting";

    /** What a target may be given for time that its probe spent waiting for a thread of this host. */
    private static final long MAX_GRANT_NANOS = Duration.ofSeconds(1).toNanos();
    /** Waiting for less says nothing about this host. */
    private static final long NOTABLE_NANOS = Duration.ofMillis(10).toNanos();

    private final EventLoop eventLoop;
    private final Consumer<ProbeResult> done;
    private final Waits waits = new Waits();
    private Future<?> timer;
    private long grantedNanos;
    private String activity = CONNECTING;
    private @Nullable Channel channel;
    private @Nullable String warning;
    private boolean ended;

    Attempt(EventLoop eventLoop, Duration timeout, Consumer<ProbeResult> done) {
        this.eventLoop = eventLoop;
        this.done = done;
        this.timer = eventLoop.schedule(() -> timedOut(timeout), timeout.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Leaves the closing of {@code opened} to this attempt. */
    void opened(Channel opened) {
        channel = opened;
        if (ended) {
            close(opened);
        }
    }

    /** From here on the target is expected to do something else, which failures shall name: "waiting for the answer". */
    void connected(String nextActivity) {
        activity = nextActivity;
    }

    /** Has another thread run a part of the probe. Time that this waits for the thread is none of the target's. */
    void runElsewhere(Executor executor, Runnable part) {
        waits.execute(executor, part);
    }

    /** Something that a success shall mention. */
    void warn(String text) {
        warning = text;
    }

    void finish(ProbeResult result) {
        boolean passed = result.outcome() == ProbeResult.Outcome.PASSED;
        if (passed && channel instanceof ProbeChannel connection) {
            connection.succeeded();
        }
        if (end()) {
            done.accept(passed ? result.withWarning(warning) : result);
        }
    }

    void fail(Throwable cause) {
        ProbeResult failure = SocketFailure.explain(cause);
        finish(activity.equals(CONNECTING) ? failure : failure.withText(failure.text() + " while " + activity));
    }

    /** The socket could not be made, or not even begin to connect. */
    void failAtOnce(Throwable cause) {
        finish(SocketFailure.explainAtOnce(cause));
    }

    @Override
    public void cancel() {
        end();
    }

    private void timedOut(Duration timeout) {
        long waited = waits.nanos();
        long owed = Math.min(waited, MAX_GRANT_NANOS) - grantedNanos;
        if (owed > NOTABLE_NANOS) {
            grantedNanos += owed;
            timer = eventLoop.schedule(() -> timedOut(timeout), owed, TimeUnit.NANOSECONDS);
            return;
        }
        if (waited - grantedNanos > NOTABLE_NANOS) {
            finish(ProbeResult.inconclusive("not counted, because this host had no time for it for "
                    + waited / 1_000_000 + " ms: timed out " + activity));
            return;
        }
        finish(ProbeResult.failed("timed out " + activity + " after " + timeout.toMillis() + " ms"));
    }

    private boolean end() {
        if (ended) {
            return false;
        }
        ended = true;
        timer.cancel(false);
        if (channel != null) {
            close(channel);
        }
        return true;
    }

    /** Past all handlers: TLS would wait for the other side to take its goodbye. */
    private static void close(Channel channel) {
        ChannelHandlerContext first = channel.pipeline().firstContext();
        (first == null ? channel.close() : first.close()).addListener(closed -> {
            if (!closed.isSuccess()) {
                LOG.warn("A probe's connection did not close: {}", channel, closed.cause());
            }
        });
    }
}
