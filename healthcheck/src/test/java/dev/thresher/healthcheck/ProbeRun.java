// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs real probes on a loop of their own, and counts what is left of them. */
final class ProbeRun implements AutoCloseable {
    private final EpollLoop loop = EpollLoop.open();
    private final Probe probe = new ProbeByKind(new Dialer(loop.eventLoop()));

    /** Results as they arrive: more than one for a probe would show. */
    final BlockingQueue<ProbeResult> results = new LinkedBlockingQueue<>();

    Cancellable start(Target target) {
        CompletableFuture<Cancellable> started = new CompletableFuture<>();
        loop.execute(() -> started.complete(probe.start(target, results::add)));
        return started.join();
    }

    /** The result of one probe, which must be the only one. */
    ProbeResult run(Target target) throws InterruptedException {
        start(target);
        ProbeResult result = results.poll(30, TimeUnit.SECONDS);
        settle();
        assertEquals(0, results.size(), "further results of one probe");
        return result == null ? ProbeResult.inconclusive("no result within 30 s") : result;
    }

    void cancel(Cancellable started) {
        loop.execute(started::cancel);
        settle();
    }

    /** Lets the loop finish what it has begun. */
    void settle() {
        loop.eventLoop().submit(() -> {}).syncUninterruptibly();
    }

    /** The sockets that this process has open. */
    static long openSockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(ProbeRun::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (IOException e) {
            return false; // The descriptor of the listing itself is gone by now.
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
