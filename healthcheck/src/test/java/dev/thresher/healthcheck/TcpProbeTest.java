// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.ProbeKind;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TCP probes of real sockets on the loopback interface. */
class TcpProbeTest {
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @AfterEach
    void nothing_is_left_open() {
        probes.close();
        ProbeRun.awaitOpenSockets(socketsBefore);
    }

    private static Target target(InetAddress address, int port, Duration timeout) {
        return Targets.target(address, new ProbeKind.Tcp(port), timeout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void listening_passes(String loopback) throws Exception {
        InetAddress address = Loopback.address(loopback);
        try (LoopbackServer server = LoopbackServer.start(address, client -> {})) {
            ProbeResult result = probes.run(target(address, server.address().getPort(), LONG));
            assertEquals(ProbeResult.passed("connected"), result);
            server.awaitNoClients();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void refused_fails_at_once(String loopback) throws Exception {
        InetAddress address = Loopback.address(loopback);
        ProbeResult result = probes.run(target(address, Loopback.refusingPort(address), LONG));
        assertEquals(ProbeResult.failed("connection refused"), result);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void unanswered_syn_fails_when_the_time_is_up(String loopback) throws Exception {
        InetAddress address = Loopback.address(loopback);
        try (Loopback.BlackHole hole = new Loopback.BlackHole(address)) {
            long begin = System.nanoTime();
            ProbeResult result = probes.run(target(address, hole.port(), SHORT));
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            assertEquals(ProbeResult.failed("timed out connecting after 250 ms"), result);
            assertTrue(took.compareTo(SHORT) >= 0 && took.compareTo(LONG) < 0, () -> "took " + took);
        }
    }

    @Test
    void cancelled_probe_reports_nothing_and_closes() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        try (Loopback.BlackHole hole = new Loopback.BlackHole(address)) {
            long openBefore = ProbeRun.openSockets();
            Cancellable started = probes.start(target(address, hole.port(), SHORT));
            assertEquals(openBefore + 1, ProbeRun.openSockets());
            probes.cancel(started);
            assertEquals(openBefore, ProbeRun.openSockets());
            // The next probe ends after the cancelled one would have.
            assertEquals(
                    "timed out connecting after 250 ms",
                    probes.run(target(address, hole.port(), SHORT)).text());
        }
    }

    @Test
    void probes_leave_no_connection_in_time_wait() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        try (LoopbackServer server = LoopbackServer.start(address, client -> {})) {
            for (int i = 0; i < 20; i++) {
                assertEquals(
                        "connected",
                        probes.run(target(address, server.address().getPort(), LONG))
                                .text());
            }
            server.awaitNoClients();
            assertEquals(List.of(), timeWaiting(server.address()));
        }
    }

    /** Lines of /proc/net/tcp: "sl local_address rem_address st ..."; state 06 is TIME_WAIT. */
    private static List<String> timeWaiting(InetSocketAddress server) throws Exception {
        String port = String.format(Locale.ROOT, ":%04X", server.getPort());
        try (Stream<String> lines = Files.lines(Path.of("/proc/net/tcp"))) {
            return lines.map(String::trim)
                    .filter(line -> line.contains(port) && line.split("\\s+", 5)[3].equals("06"))
                    .toList();
        }
    }
}
