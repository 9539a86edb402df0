// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.thresher.config.CheckThresholds;
import dev.thresher.config.CheckTiming;
import dev.thresher.config.HealthCheck;
import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The whole checker against a server that dies and comes back. */
class HealthCheckerSocketTest {
    private static final LoopbackServer.Behaviour OK = LoopbackServer.answering("HTTP/1.1 204 No Content\r\n\r\n");
    private static final LoopbackServer.Behaviour ILL = LoopbackServer.answering("HTTP/1.1 500 Oops\r\n\r\n");

    private final BlockingQueue<Transition> news = new LinkedBlockingQueue<>();

    private static Target target(InetSocketAddress server) {
        Duration interval = Duration.ofMillis(200);
        ProbeKind kind = new ProbeKind.Http(server.getPort(), HttpExchange.get("/"), null);
        return new Target(
                server.getAddress(),
                new HealthCheck(kind)
                        .with(new CheckTiming(interval, interval.dividedBy(2), interval, 0.2))
                        .with(CheckThresholds.of(2, 3)));
    }

    private String awaitTransition(Health to) throws InterruptedException {
        // A starved machine may let a probe time out: only the way to the expected verdict is asserted.
        @Nullable Transition transition;
        do {
            transition = news.poll(30, TimeUnit.SECONDS);
        } while (transition != null && transition.to() != to);
        return transition == null ? "no transition to " + to + " within 30 s" : transition.reason();
    }

    @Test
    void verdicts_follow_a_server_that_dies_and_comes_back() throws Exception {
        InetAddress loopback = Loopback.address("127.0.0.1");
        long socketsBefore = ProbeRun.openSockets();
        HealthChecker checker = HealthChecker.open((target, transition) -> news.add(transition));
        LoopbackServer server = LoopbackServer.start(loopback, OK);
        InetSocketAddress address = server.address();
        try (checker) {
            assertEquals(
                    Set.of(target(address)),
                    checker.update(List.of(target(address))).join().keySet());
            assertEquals("HTTP 204, 1 of 1 passed", awaitTransition(Health.UP));
            server.close();
            assertEquals("connection refused, 3 of 3 failed", awaitTransition(Health.DOWN));
            server = LoopbackServer.start(address, OK);
            assertEquals("HTTP 204, 2 of 2 passed", awaitTransition(Health.UP));
            server.close();
            server = LoopbackServer.start(address, ILL);
            assertEquals("HTTP 500, expected 200-299, 3 of 3 failed", awaitTransition(Health.DOWN));
        } finally {
            server.close();
        }
        assertEquals(socketsBefore, ProbeRun.openSockets(), "sockets open");
        assertCheckerThreadEnds();
        assertEquals(1, checker.snapshot().size());
    }

    private static void assertCheckerThreadEnds() throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("health-checker")) {
                thread.join(20_000);
                assertFalse(thread.isAlive(), thread::getName);
            }
        }
    }
}
