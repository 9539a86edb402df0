// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.TlsSettings;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Probes whose TLS is being made ready, on threads that may block. A file of trusted certificates is read once at a time for
 * all that wait for it: one that hangs takes one thread, however often its checks are restarted. Lives on the loop's thread.
 */
final class TlsPreparations {
    private final TlsContexts contexts = new TlsContexts();
    private final EventLoop eventLoop;
    private final Executor files;

    /** Who waits, by the file that is being read for one of them; nobody if all have been cancelled. */
    private final Map<Optional<Path>, Set<Preparation>> underWay = new HashMap<>();

    private record Wanted(TlsSettings settings, boolean http2) {
        Optional<Path> file() {
            return Optional.ofNullable(settings.ca());
        }
    }

    /** @param files reads certificates, which may block */
    TlsPreparations(EventLoop eventLoop, Executor files) {
        this.eventLoop = eventLoop;
        this.files = files;
    }

    /** See {@link TlsLayer#whenReady}. */
    Cancellable whenReady(
            TlsSettings settings,
            boolean http2,
            Consumer<ProbeResult> done,
            Function<@Nullable SslContext, Cancellable> dial) {
        SslContext known = contexts.known(settings, http2);
        if (known != null) {
            return dial.apply(known);
        }
        Preparation preparation = new Preparation(new Wanted(settings, http2), done, dial);
        Set<Preparation> waiting = underWay.get(preparation.wanted.file());
        if (waiting == null) {
            make(preparation.wanted);
            waiting = new LinkedHashSet<>();
            underWay.put(preparation.wanted.file(), waiting);
        }
        waiting.add(preparation);
        return preparation;
    }

    private void make(Wanted wanted) {
        var unused = CompletableFuture.supplyAsync(() -> contexts.of(wanted.settings, wanted.http2), files)
                .whenCompleteAsync((made, failure) -> made(wanted, made, failure), eventLoop);
    }

    /** Serves those that wanted just this; others of the same file, with another name say, have theirs made next. */
    private void made(Wanted wanted, @Nullable SslContext made, @Nullable Throwable failure) {
        Set<Preparation> waiting = Objects.requireNonNull(underWay.get(wanted.file()));
        List<Preparation> served =
                waiting.stream().filter(each -> each.wanted.equals(wanted)).toList();
        served.forEach(waiting::remove);
        if (waiting.isEmpty()) {
            underWay.remove(wanted.file());
        } else {
            make(waiting.iterator().next().wanted);
        }
        // In turns of their own: what goes wrong with one must not keep the others waiting.
        served.forEach(each -> eventLoop.execute(() -> each.proceed(made, failure)));
    }

    private final class Preparation implements Cancellable {
        private final Wanted wanted;
        private final Consumer<ProbeResult> done;
        private final Function<@Nullable SslContext, Cancellable> dial;
        private @Nullable Cancellable dialled;
        private boolean cancelled;

        Preparation(Wanted wanted, Consumer<ProbeResult> done, Function<@Nullable SslContext, Cancellable> dial) {
            this.wanted = wanted;
            this.done = done;
            this.dial = dial;
        }

        void proceed(@Nullable SslContext made, @Nullable Throwable failure) {
            if (cancelled) {
                return;
            }
            if (failure == null) {
                dialled = dial.apply(made);
            } else {
                // Whatever it is, the target has no part in it.
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                done.accept(ProbeResult.inconclusive("this host cannot probe: "
                        + (cause instanceof UnableToProbeException ? cause.getMessage() : cause)));
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
            Set<Preparation> waiting = underWay.get(wanted.file());
            if (waiting != null) {
                waiting.remove(this);
            }
            if (dialled != null) {
                dialled.cancel();
            }
        }
    }
}
