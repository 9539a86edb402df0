// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.LoopbackServer.answering;
import static dev.thresher.healthcheck.LoopbackServer.dripping;
import static dev.thresher.healthcheck.LoopbackServer.endlessly;
import static dev.thresher.healthcheck.LoopbackServer.halfClosingAfter;
import static dev.thresher.healthcheck.LoopbackServer.resettingAfter;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import dev.thresher.config.StatusRanges;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP probes of real servers on the loopback interface that do all that servers do. */
class HttpProbeTest {
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String OK = "HTTP/1.1 200 OK\r\n\r\n";

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @AfterEach
    void nothing_is_left_open() {
        probes.assertOpenSockets(socketsBefore);
        probes.close();
    }

    private static Target target(LoopbackServer server, Duration timeout) {
        return target(server.address().getAddress(), server.address().getPort(), timeout, null, "200-299");
    }

    private static Target target(
            InetAddress address, int port, Duration timeout, @Nullable String host, String expect) {
        HttpExchange exchange =
                new HttpExchange("GET", "/healthz?full=1", host, Map.of(), StatusRanges.parse(expect), null);
        return Targets.target(address, new ProbeKind.Http(port, exchange, null), timeout);
    }

    private ProbeResult probe(LoopbackServer.Behaviour behaviour, Duration timeout) throws Exception {
        try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), behaviour)) {
            ProbeResult result = probes.run(target(server, timeout));
            server.awaitNoClients();
            return result;
        }
    }

    private void assertPasses(LoopbackServer.Behaviour behaviour, String text) throws Exception {
        assertEquals(ProbeResult.passed(text), probe(behaviour, LONG));
    }

    private void assertFails(LoopbackServer.Behaviour behaviour, String text) throws Exception {
        assertEquals(ProbeResult.failed(text), probe(behaviour, LONG));
    }

    private void assertTimesOut(LoopbackServer.Behaviour behaviour) throws Exception {
        long begin = System.nanoTime();
        ProbeResult result = probe(behaviour, SHORT);
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertEquals(ProbeResult.failed("timed out waiting for the HTTP answer after 250 ms"), result);
        assertTrue(took.compareTo(SHORT) >= 0 && took.compareTo(LONG) < 0, () -> "took " + took);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void expected_status_passes(String loopback) throws Exception {
        InetAddress address = Loopback.address(loopback);
        try (LoopbackServer server = LoopbackServer.start(address, answering(OK))) {
            assertEquals(ProbeResult.passed("HTTP 200"), probes.run(target(server, LONG)));
            String authority = (loopback.equals("::1") ? "[::1]:" : "127.0.0.1:")
                    + server.address().getPort();
            String request = server.nextRequest();
            assertTrue(request.startsWith("GET /healthz?full=1 HTTP/1.1\r\n"), request);
            assertTrue(request.contains("\r\nhost: " + authority + "\r\n"), request);
            assertTrue(request.endsWith("\r\n\r\n"), request);
            server.awaitNoClients();
        }
    }

    @Test
    void configured_host_is_sent_and_configured_statuses_are_expected() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        try (LoopbackServer server = LoopbackServer.start(address, answering("HTTP/1.1 404 Not Found\r\n\r\n"))) {
            int port = server.address().getPort();
            ProbeResult result = probes.run(target(address, port, LONG, "web.example", "200,401-404"));
            assertEquals(ProbeResult.passed("HTTP 404"), result);
            String request = server.nextRequest();
            assertTrue(request.contains("\r\nhost: web.example\r\n"), request);
            server.awaitNoClients();
        }
    }

    @Test
    void other_status_fails_with_both() throws Exception {
        assertFails(answering("HTTP/1.1 503 Service Unavailable\r\n\r\n"), "HTTP 503, expected 200-299");
        assertFails(answering("HTTP/1.0 302 Found\r\nLocation: /\r\n\r\n"), "HTTP 302, expected 200-299");
    }

    @Test
    void interim_answers_are_passed_over() throws Exception {
        assertPasses(
                answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + OK),
                "HTTP 200");
    }

    @Test
    void refused_connection_fails() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        Target target = target(address, Loopback.refusingPort(address), LONG, null, "200");
        assertEquals(ProbeResult.failed("connection refused"), probes.run(target));
    }

    @Test
    void unanswered_syn_counts_against_the_same_timeout() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        try (Loopback.BlackHole hole = new Loopback.BlackHole(address)) {
            ProbeResult result = probes.run(target(address, hole.port(), SHORT, null, "200"));
            assertEquals(ProbeResult.failed("timed out connecting after 250 ms"), result);
        }
    }

    @Test
    void silence_times_out() throws Exception {
        assertTimesOut(client -> {});
    }

    @Test
    void answer_byte_by_byte_past_the_timeout_times_out() throws Exception {
        assertTimesOut(dripping("HTTP/1.1 200 OK\r\nServer: " + "x".repeat(10_000) + "\r\n\r\n", 20));
    }

    @Test
    void answer_byte_by_byte_within_the_timeout_passes() throws Exception {
        assertPasses(dripping(OK, 1), "HTTP 200");
    }

    @Test
    void endless_interim_answers_time_out() throws Exception {
        assertTimesOut(endlessly("", "HTTP/1.1 100 Continue\r\n\r\n"));
    }

    @Test
    void endless_or_large_body_is_not_read() throws Exception {
        assertPasses(endlessly(OK, "all work and no play ".repeat(100)), "HTTP 200");
        String tenMegabytes = "x".repeat(10 << 20);
        assertPasses(
                answering("HTTP/1.1 200 OK\r\nContent-Length: " + tenMegabytes.length() + "\r\n\r\n" + tenMegabytes),
                "HTTP 200");
    }

    @Test
    void endless_headers_fail() throws Exception {
        String tooLong = "HTTP headers longer than 16384 bytes";
        assertFails(endlessly("HTTP/1.1 200 OK\r\n", "X-More: and more\r\n"), tooLong);
        assertFails(endlessly("HTTP/1.1 200 OK\r\nX-Long: ", "long"), tooLong);
        assertFails(endlessly("", "no line ends here "), "malformed HTTP answer");
    }

    @Test
    void reset_or_end_after_the_headers_passes_on_the_status() throws Exception {
        assertPasses(resettingAfter("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), "HTTP 200");
        assertPasses(halfClosingAfter(OK), "HTTP 200");
    }

    @Test
    void reset_before_the_headers_are_complete_fails() throws Exception {
        String reset = "connection reset by peer while waiting for the HTTP answer";
        assertFails(resettingAfter(""), reset);
        assertFails(resettingAfter("HTTP/1.1 200 OK\r\nContent-"), reset);
    }

    @Test
    void end_before_the_headers_are_complete_fails() throws Exception {
        String closed = "connection closed before the HTTP answer was complete";
        for (String part : List.of("", "HTTP/1.1 2", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nServer: x\r\n")) {
            assertFails(halfClosingAfter(part), closed);
        }
    }

    @Test
    void anything_but_http_is_malformed() throws Exception {
        for (String text : List.of(
                "SSH-2.0-OpenSSH_9.2p1\r\n",
                "220 mail.example ESMTP\r\n",
                "RTSP/1.0 200 OK\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/1.1 -20 OK\r\n\r\n",
                "200 OK HTTP/1.1\r\n\r\n",
                "\u0015\u0003\u0001\u0000\u0002\u0002P\r\n")) {
            assertFails(answering(text), "malformed HTTP answer");
        }
    }

    private ProbeResult exchange(HttpExchange exchange, LoopbackServer.Behaviour behaviour, Duration timeout)
            throws Exception {
        try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), behaviour)) {
            int port = server.address().getPort();
            InetAddress address = server.address().getAddress();
            ProbeResult result = probes.run(Targets.target(address, new ProbeKind.Http(port, exchange, null), timeout));
            server.awaitNoClients();
            return result;
        }
    }

    private ProbeResult body(LoopbackServer.Behaviour behaviour, Duration timeout) throws Exception {
        HttpExchange exchange = new HttpExchange("GET", "/", null, Map.of(), StatusRanges.SUCCESS, "ready");
        return exchange(exchange, behaviour, timeout);
    }

    @Test
    void a_method_that_may_have_a_body_says_that_it_has_none() throws Exception {
        for (String method : List.of("POST", "PUT", "PATCH", "GET")) {
            try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), answering(OK))) {
                HttpExchange exchange =
                        new HttpExchange(method, "/", null, Map.of(), StatusRanges.parse("200-299"), null);
                int port = server.address().getPort();
                probes.run(
                        Targets.target(server.address().getAddress(), new ProbeKind.Http(port, exchange, null), LONG));
                String request = server.nextRequest();
                assertEquals(!method.equals("GET"), request.contains("\r\ncontent-length: 0\r\n"), request);
                server.awaitNoClients();
            }
        }
    }

    @Test
    void method_and_headers_are_sent() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        Map<String, String> headers = Map.of("X-Probe", "thresher", "User-Agent", "other");
        HttpExchange exchange = new HttpExchange("HEAD", "/x", null, headers, StatusRanges.SUCCESS, null);
        try (LoopbackServer server = LoopbackServer.start(address, answering(OK))) {
            int port = server.address().getPort();
            assertEquals(
                    ProbeResult.passed("HTTP 200"),
                    probes.run(Targets.target(address, new ProbeKind.Http(port, exchange, null), LONG)));
            String request = server.nextRequest().toLowerCase(Locale.ROOT);
            assertTrue(request.startsWith("head /x http/1.1\r\n"), request);
            assertTrue(request.contains("\r\nx-probe: thresher\r\n"), request);
            assertTrue(request.contains("\r\nuser-agent: other\r\n"), request);
            server.awaitNoClients();
        }
    }

    @Test
    void an_expected_body_passes_wherever_it_is_cut() throws Exception {
        ProbeResult passed = ProbeResult.passed("HTTP 200, body contains \"ready\"");
        assertEquals(passed, body(answering("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nI am ready"), LONG));
        String chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        assertEquals(passed, body(answering(chunked + "4\r\nI re\r\n3\r\nady\r\n0\r\n\r\n"), LONG));
        assertEquals(passed, body(dripping(OK + "so ready", 1), LONG));
        assertEquals(passed, body(endlessly(OK, "already "), LONG));
    }

    @Test
    void a_body_without_it_fails() throws Exception {
        ProbeResult missing = ProbeResult.failed("HTTP 200, but the body does not contain \"ready\"");
        assertEquals(missing, body(answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nread"), LONG));
        assertEquals(missing, body(answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), LONG));
        assertEquals(missing, body(halfClosingAfter(OK + "read"), LONG));
        ProbeResult tooFar =
                ProbeResult.failed("HTTP 200, but the first 65536 bytes of the body do not contain \"ready\"");
        assertEquals(tooFar, body(endlessly(OK, "all work and no play ".repeat(100)), LONG));
        assertEquals(tooFar, body(answering(OK + "x".repeat(10 << 20) + "ready"), LONG));
    }

    @Test
    void a_body_that_stops_short_fails() throws Exception {
        String start = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nrea";
        assertEquals(
                ProbeResult.failed("timed out waiting for the HTTP body after 250 ms"), body(answering(start), SHORT));
        assertEquals(
                ProbeResult.failed("connection closed before the HTTP answer was complete"),
                body(halfClosingAfter(start), LONG));
        assertEquals(
                ProbeResult.failed("connection reset by peer while waiting for the HTTP body"),
                body(resettingAfter(start), LONG));
    }

    @Test
    void hundreds_of_probes_of_failing_servers_at_once_all_end_and_leave_nothing() throws Exception {
        Map<LoopbackServer.Behaviour, String> behaviours = new HashMap<>();
        behaviours.put(answering(OK), "HTTP 200");
        behaviours.put(client -> {}, "timed out waiting for the HTTP answer after 250 ms");
        behaviours.put(endlessly(OK, "more "), "HTTP 200");
        behaviours.put(resettingAfter(""), "connection reset by peer while waiting for the HTTP answer");
        behaviours.put(answering("garbage\r\n\r\n"), "malformed HTTP answer");
        int rounds = 60;
        List<LoopbackServer> servers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (var behaviour : behaviours.entrySet()) {
            LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), behaviour.getKey());
            servers.add(server);
            for (int i = 0; i < rounds; i++) {
                boolean hangs = behaviour.getValue().startsWith("timed out");
                probes.start(target(server, hangs ? SHORT : LONG));
                expected.add(behaviour.getValue());
            }
        }
        List<String> results = new ArrayList<>();
        while (results.size() < expected.size()) {
            ProbeResult result = probes.results.poll(30, TimeUnit.SECONDS);
            results.add(result == null ? "no result within 30 s" : result.text());
        }
        probes.settle();
        assertEquals(0, probes.results.size(), "results beyond one a probe");
        assertEquals(
                expected.stream().sorted().toList(), results.stream().sorted().toList());
        servers.forEach(LoopbackServer::awaitNoClients);
        servers.forEach(LoopbackServer::close);
    }
}
