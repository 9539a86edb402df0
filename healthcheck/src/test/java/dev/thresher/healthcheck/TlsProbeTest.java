// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import dev.thresher.config.StatusRanges;
import dev.thresher.config.TlsSettings;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS and HTTPS probes of servers with good and bad certificates, and of servers that do not speak TLS. */
class TlsProbeTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration YEAR = Duration.ofDays(365);
    private static final LoopbackServer.Behaviour OK =
            LoopbackServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nready");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    static Path directory;

    @SuppressWarnings("NullAway.Init")
    private static Certificates certificates;

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @BeforeAll
    static void makeAuthority() throws Exception {
        certificates = new Certificates(directory);
    }

    @AfterEach
    void nothing_is_left_open() {
        probes.assertOpenSockets(socketsBefore);
        probes.close();
    }

    private ProbeResult tls(Duration left, TlsSettings settings) throws Exception {
        try (LoopbackServer server =
                LoopbackServer.startTls(Loopback.address("127.0.0.1"), certificates.server(left), OK)) {
            ProbeResult result = probe(server, new ProbeKind.Tls(0, settings), LONG);
            server.awaitNoClients();
            return result;
        }
    }

    private ProbeResult probe(LoopbackServer server, ProbeKind kind, Duration timeout) throws Exception {
        return probes.run(Targets.target(
                server.address().getAddress(), kind.at(server.address().getPort()), timeout));
    }

    private ProbeResult plain(LoopbackServer.Behaviour behaviour, Duration timeout) throws Exception {
        try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), behaviour)) {
            ProbeResult result = probe(server, new ProbeKind.Tls(0, Certificates.unverified()), timeout);
            server.awaitNoClients();
            return result;
        }
    }

    @Test
    void a_trusted_certificate_for_the_name_or_the_address_passes() throws Exception {
        for (@Nullable String name : new @Nullable String[] {Certificates.NAME, null}) {
            assertEquals(ProbeResult.passed("TLS handshake done, TLSv1.3"), tls(YEAR, certificates.settings(name)));
        }
    }

    @Test
    void a_certificate_for_another_name_fails() throws Exception {
        String text = tls(YEAR, certificates.settings("other.example")).text();
        assertTrue(text.startsWith("the certificate is not accepted: No subject alternative"), text);
    }

    @Test
    void an_expired_certificate_fails_and_with_verify_off_is_warned_of() throws Exception {
        String text = tls(Duration.ofDays(-1), certificates.settings(null)).text();
        assertTrue(text.startsWith("the certificate has expired (NotAfter: "), text);
        ProbeResult unverified = tls(Duration.ofDays(-1), Certificates.unverified());
        assertEquals(ProbeResult.Outcome.PASSED, unverified.outcome());
        assertNotNull(unverified.warning());
        assertTrue(unverified.warning().startsWith("the certificate has expired ("), unverified.warning());
    }

    @Test
    void a_certificate_that_ends_soon_passes_with_a_warning() throws Exception {
        ProbeResult soon = tls(Duration.ofDays(3).plusHours(1), certificates.settings(null));
        assertEquals(ProbeResult.Outcome.PASSED, soon.outcome());
        assertNotNull(soon.warning());
        assertTrue(soon.warning().startsWith("the certificate ends in 3 days ("), soon.warning());
        assertNull(tls(Duration.ofDays(15), certificates.settings(null)).warning());
    }

    @Test
    void a_certificate_of_an_unknown_authority_fails_unless_verify_is_off() throws Exception {
        assertEquals(
                ProbeResult.failed("the certificate is not signed by an authority that is trusted"),
                tls(YEAR, TlsSettings.DEFAULT));
        assertEquals(
                ProbeResult.Outcome.PASSED, tls(YEAR, Certificates.unverified()).outcome());
    }

    @Test
    void trusted_certificates_that_cannot_be_read_are_not_the_targets_fault() throws Exception {
        TlsSettings missing = new TlsSettings(null, true, directory.resolve("none.pem"), Duration.ZERO);
        ProbeResult result = tls(YEAR, missing);
        assertEquals(ProbeResult.Outcome.INCONCLUSIVE, result.outcome(), result.text());
        Path garbage = Files.writeString(directory.resolve("garbage.pem"), "no certificate");
        result = tls(YEAR, new TlsSettings(null, true, garbage, Duration.ZERO));
        assertEquals(ProbeResult.Outcome.INCONCLUSIVE, result.outcome(), result.text());
    }

    @Test
    void a_server_without_tls_fails() throws Exception {
        assertEquals(
                ProbeResult.failed("the answer is not TLS"),
                plain(LoopbackServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n"), LONG));
    }

    @Test
    void silence_and_byte_by_byte_time_out_in_the_handshake() throws Exception {
        ProbeResult timeout = ProbeResult.failed("timed out waiting for the TLS handshake after 400 ms");
        assertEquals(timeout, plain(client -> {}, SHORT));
        assertEquals(timeout, plain(LoopbackServer.dripping("\u0016\u0003\u0003@" + "x".repeat(9999), 20), SHORT));
    }

    @Test
    void reset_and_end_in_the_handshake_fail() throws Exception {
        assertEquals(
                ProbeResult.failed("connection reset by peer while waiting for the TLS handshake"),
                plain(LoopbackServer.resettingAfter(""), LONG));
        String text = plain(LoopbackServer.halfClosingAfter(""), LONG).text();
        assertTrue(text.contains("closed"), text);
    }

    @Test
    void https_judges_the_answer_within() throws Exception {
        try (LoopbackServer server =
                LoopbackServer.startTls(Loopback.address("127.0.0.1"), certificates.server(YEAR), OK)) {
            HttpExchange ready =
                    new HttpExchange("GET", "/", Certificates.NAME + ":443", Map.of(), StatusRanges.SUCCESS, "ready");
            assertEquals(
                    ProbeResult.passed("HTTP 200, body contains \"ready\""),
                    probe(server, new ProbeKind.Http(0, ready, certificates.settings(null)), LONG));
            HttpExchange moved = new HttpExchange("GET", "/", null, Map.of(), StatusRanges.parse("301"), null);
            assertEquals(
                    ProbeResult.failed("HTTP 200, expected 301"),
                    probe(server, new ProbeKind.Http(0, moved, certificates.settings(null)), LONG));
            HttpExchange other = new HttpExchange("GET", "/", "x.example", Map.of(), StatusRanges.SUCCESS, null);
            ProbeResult wrong = probe(server, new ProbeKind.Http(0, other, certificates.settings(null)), LONG);
            assertTrue(wrong.text().startsWith("the certificate is not accepted"), wrong.text());
            server.awaitNoClients();
        }
    }

    @Test
    void a_server_that_reads_nothing_more_does_not_keep_the_connection_open() throws Exception {
        try (LoopbackServer server = LoopbackServer.startTls(
                Loopback.address("127.0.0.1"),
                certificates.server(YEAR),
                client -> client.config().setAutoRead(false))) {
            HttpExchange exchange = HttpExchange.get("/");
            ProbeResult result = probe(server, new ProbeKind.Http(0, exchange, certificates.settings(null)), SHORT);
            assertEquals(ProbeResult.failed("timed out waiting for the HTTP answer after 400 ms"), result);
            server.awaitNoClients();
        }
    }

    @Test
    void time_that_a_handshake_waits_for_a_thread_of_ours_is_not_the_targets() throws Exception {
        Certificates made = certificates;
        try (LoopbackServer server = LoopbackServer.startTls(Loopback.address("127.0.0.1"), made.server(YEAR), OK)) {
            // Once before, so that making TLS ready is not what takes the time.
            ProbeKind kind = new ProbeKind.Tls(0, Certificates.unverified());
            assertEquals(ProbeResult.Outcome.PASSED, probe(server, kind, LONG).outcome());
            probes.occupy(EpollLoop::workers, 2, Duration.ofMillis(700));
            ProbeResult result = probe(server, kind, SHORT);
            assertEquals(ProbeResult.Outcome.PASSED, result.outcome(), result.text());
            server.awaitNoClients();
        }
    }

    @Test
    void a_file_that_cannot_be_read_for_long_holds_up_no_other_probe() throws Exception {
        Path fifo = directory.resolve("fifo.pem");
        assertEquals(0, new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor());
        TlsSettings settings = new TlsSettings(null, true, fifo, Duration.ZERO);
        InetAddress address = Loopback.address("127.0.0.1");
        try (LoopbackServer server = LoopbackServer.start(address, client -> {})) {
            int port = server.address().getPort();
            probes.start(Targets.target(address, new ProbeKind.Tls(port, settings), LONG));
            assertEquals(
                    ProbeResult.passed("connected"),
                    probes.run(Targets.target(address, new ProbeKind.Tcp(port), LONG)));
            Files.writeString(fifo, "no certificate");
            ProbeResult result = probes.results.poll(30, TimeUnit.SECONDS);
            assertEquals(
                    ProbeResult.Outcome.INCONCLUSIVE,
                    Objects.requireNonNull(result).outcome(),
                    result::text);
            server.awaitNoClients();
        }
    }
}
