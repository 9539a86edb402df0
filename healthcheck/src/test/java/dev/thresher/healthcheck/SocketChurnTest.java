// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.CheckTiming;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** 10,000 random reloads, kills and revivals of real servers: at the end the states are true, and nothing has grown. */
class SocketChurnTest {
    private static final int SERVERS = 6;
    private static final int EVENTS = 10_000;
    private static final LoopbackServer.Behaviour OK = LoopbackServer.answering("HTTP/1.1 204 No Content\r\n\r\n");
    private static final Duration INTERVAL = Duration.ofMillis(40);

    private final long seed = new SplittableRandom().nextLong();
    private final SplittableRandom random = new SplittableRandom(seed);
    private final @Nullable LoopbackServer[] servers = new LoopbackServer[SERVERS];
    private final InetSocketAddress[] addresses = new InetSocketAddress[SERVERS];

    @Test
    void states_are_true_and_nothing_grows() throws Exception {
        long sockets = ProbeRun.openSockets();
        InetAddress loopback = Loopback.address("127.0.0.1");
        for (int i = 0; i < SERVERS; i++) {
            LoopbackServer server = LoopbackServer.start(loopback, OK);
            servers[i] = server;
            addresses[i] = server.address();
        }
        try (HealthChecker checker = HealthChecker.open((target, news) -> {})) {
            churn(checker, EVENTS / 10); // loads classes, fills pools
            settle(checker);
            long threads = threads();
            long heap = heap();
            churn(checker, EVENTS);
            settle(checker);
            assertTrue(threads() <= threads, () -> "threads " + threads + " -> " + threads() + ", seed " + seed);
            long grown = heap() - heap;
            assertTrue(grown < 4 << 20, () -> "the heap has grown by " + grown + " bytes, seed " + seed);
        } finally {
            Arrays.stream(servers).forEach(server -> {
                if (server != null) {
                    server.close();
                }
            });
        }
        ProbeRun.awaitOpenSockets(sockets);
    }

    private void churn(HealthChecker checker, int events) {
        for (int i = 0; i < events; i++) {
            if (i % 50 == 0) {
                killOrRevive(random.nextInt(SERVERS));
            }
            Set<Target> targets = new LinkedHashSet<>();
            for (int j = random.nextInt(3 * SERVERS); j > 0; j--) {
                targets.add(target(random.nextInt(SERVERS)));
            }
            checker.update(targets).join();
        }
    }

    private void killOrRevive(int number) {
        LoopbackServer server = servers[number];
        if (server == null) {
            servers[number] = LoopbackServer.start(addresses[number], OK);
        } else {
            server.close();
            servers[number] = null;
        }
    }

    private Target target(int number) {
        int port = addresses[number].getPort();
        ProbeKind kind = random.nextBoolean()
                ? new ProbeKind.Tcp(port)
                : new ProbeKind.Http(port, HttpExchange.get(random.nextBoolean() ? "/" : "/healthz"), null);
        int threshold = 1 + random.nextInt(3);
        return new Target(
                addresses[number].getAddress(),
                new HealthCheck(kind)
                        .with(new CheckTiming(INTERVAL, INTERVAL.dividedBy(2), INTERVAL, 0.1))
                        .with(CheckThresholds.of(threshold, threshold)));
    }

    private void settle(HealthChecker checker) {
        List<Target> all = new ArrayList<>();
        for (int i = 0; i < SERVERS; i++) {
            all.add(target(i));
        }
        checker.update(all).join();
        for (int i = 0; i < SERVERS; i++) {
            Health truth = servers[i] == null ? Health.DOWN : Health.UP;
            Target target = all.get(i);
            await(target + " " + truth + ", seed " + seed, () -> {
                TargetHealth health = checker.snapshot().get(target);
                return health != null && health.state().health() == truth;
            });
        }
        assertEquals(SERVERS, checker.snapshot().size());
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, () -> "not within 30 s: " + what);
            Thread.onSpinWait();
        }
    }

    /** Servers have one thread each, and come and go. */
    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("health-"))
                .count();
    }

    private static long heap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Runtime runtime = Runtime.getRuntime();
            least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
        }
        return least;
    }
}
