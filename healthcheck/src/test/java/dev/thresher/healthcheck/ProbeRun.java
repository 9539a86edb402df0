// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs real probes on a loop of their own, and counts what is left of them. */
final class ProbeRun implements AutoCloseable {
    private final EpollLoop loop = EpollLoop.open();
    private final ProbeByKind probe = ProbeByKind.on(loop);

    /** Results as they arrive: more than one for a probe would show. */
    final BlockingQueue<ProbeResult> results = new LinkedBlockingQueue<>();

    Cancellable start(Target target) {
        return start(target, false);
    }

    /** @param decides see {@link ProbeContext#decides} */
    Cancellable start(Target target, boolean decides) {
        CompletableFuture<Cancellable> started = new CompletableFuture<>();
        ProbeContext context = new ProbeContext(target, target.destination(), ProbeRoute.NO_MARK, decides);
        loop.execute(() -> started.complete(probe.start(context, results::add)));
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

    /** Keeps all of the loop's threads of one kind busy for a time that no probe of the test has. */
    void occupy(Function<EpollLoop, Executor> threads, int count, Duration time) {
        CountDownLatch over = new CountDownLatch(1);
        for (int i = 0; i < count; i++) {
            threads.apply(loop).execute(() -> {
                try {
                    over.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        var unused = loop.eventLoop().schedule(over::countDown, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** How many tasks the loop's threads of one kind were given. */
    long tasks(Function<EpollLoop, Executor> threads) {
        return ((ThreadPoolExecutor) threads.apply(loop)).getTaskCount();
    }

    void cancel(Cancellable started) {
        loop.execute(started::cancel);
        settle();
    }

    /** Lets the loop finish what it has begun. */
    void settle() {
        loop.eventLoop().submit(() -> {}).syncUninterruptibly();
    }

    /** Fails unless only so many sockets are open, without those that wait for their next connection. */
    void assertOpenSockets(long expected) {
        assertEquals(expected, openSockets() - idleSockets(), "sockets open");
    }

    /** Those that wait for their next connection. */
    int idleSockets() {
        return loop.eventLoop().submit(probe::idleSockets).syncUninterruptibly().getNow();
    }

    /** The internet sockets that this process has open; the JDK keeps a Unix one of its own. */
    static long openSockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"));
                Stream<String> unixSockets = Files.lines(Path.of("/proc/self/net/unix"))) {
            Set<String> unix = unixSockets
                    .skip(1)
                    .map(line -> "socket:[" + line.split("\\s+", 8)[6] + "]")
                    .collect(Collectors.toSet());
            return descriptors
                    .map(ProbeRun::meaning)
                    .filter(meaning -> meaning.startsWith("socket:") && !unix.contains(meaning))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails unless soon no more are open than these; the peers of probes close theirs in their own time. */
    static void awaitOpenSockets(long most) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (openSockets() > most) {
            assertTrue(System.nanoTime() < end, () -> openSockets() + " sockets are open, there were " + most);
            Thread.onSpinWait();
        }
    }

    private static String meaning(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "gone"; // The descriptor of the listing itself.
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
