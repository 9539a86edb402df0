// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.ProbeResult.failed;
import static dev.thresher.healthcheck.ProbeResult.passed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import dev.thresher.config.StatusRanges;
import dev.thresher.config.TlsSettings;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes of nginx, which is what many real servers are. */
class NginxTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final String CONFIGURATION = """
        daemon off;
        master_process off;
        user root;
        pid nginx.pid;
        error_log error.log warn;
        events {}
        http {
            access_log off;
            log_not_found off;
            ssl_protocols TLSv1.2 TLSv1.3;
            client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp; uwsgi_temp_path tmp; scgi_temp_path tmp;
            server {
                listen %1$s:%2$d;
                listen %1$s:%3$d ssl;
                ssl_certificate good.pem;
                ssl_certificate_key good.pem;
                root %5$s;
                location /health { return 200 "I am ready\\n"; }
                location /hang-up { return 444; }
                location /moved { return 301 /health; }
                location /slow { limit_rate_after 1k; limit_rate 20; alias %5$s/large; }
            }
            server {
                listen %1$s:%4$d ssl;
                ssl_certificate expired.pem;
                ssl_certificate_key expired.pem;
            }
        }
        """;

    @TempDir
    @SuppressWarnings("NullAway") // set by JUnit
    static Path directory;

    private static int http;
    private static int https;
    private static int expired;

    @SuppressWarnings("NullAway") // set in start
    private static Certificates certificates;

    @SuppressWarnings("NullAway") // set in start
    private static ServerProgram nginx;

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @BeforeAll
    static void start() throws Exception {
        certificates = new Certificates(directory);
        certificates.serverFile(directory, "good.pem", Duration.ofDays(300));
        certificates.serverFile(directory, "expired.pem", Duration.ofDays(-1));
        try (RandomAccessFile large =
                new RandomAccessFile(directory.resolve("large").toFile(), "rw")) {
            large.setLength(10_000_000);
        }
        http = ServerProgram.freePort();
        https = ServerProgram.freePort();
        expired = ServerProgram.freePort();
        Path configuration = directory.resolve("nginx.conf");
        Files.writeString(
                configuration,
                CONFIGURATION.formatted(
                        ServerProgram.address().getHostAddress(), http, https, expired, directory.toString()));
        Files.createDirectory(directory.resolve("tmp"));
        nginx = ServerProgram.start(
                directory,
                expired,
                List.of("nginx", "-p", directory.toString(), "-e", "error.log", "-c", configuration.toString()));
    }

    @AfterAll
    static void stop() throws IOException {
        nginx.close();
        // A server logs clients that trouble it. Probes end with a reset, and that shall not.
        assertEquals("", Files.readString(directory.resolve("error.log")));
    }

    @AfterEach
    void nothing_is_left_open() {
        probes.assertOpenSockets(socketsBefore);
        probes.close();
    }

    private ProbeResult probe(ProbeKind kind, Duration timeout) throws Exception {
        return probes.run(Targets.target(ServerProgram.address(), kind, timeout));
    }

    private static HttpExchange exchange(String path, String expect, @Nullable String body) {
        return new HttpExchange("GET", path, Certificates.NAME, Map.of(), StatusRanges.parse(expect), body);
    }

    private ProbeResult http(String path, String expect, @Nullable String body, Duration timeout) throws Exception {
        return probe(new ProbeKind.Http(http, exchange(path, expect, body), null), timeout);
    }

    private ProbeResult https(int port, TlsSettings tls) throws Exception {
        return probe(new ProbeKind.Http(port, exchange("/health", "200", "ready"), tls), LONG);
    }

    @Test
    void an_answer_is_judged_by_status_and_body() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertEquals(passed("HTTP 200"), http("/health", "200", null, LONG));
        }
        assertEquals(passed("HTTP 200, body contains \"ready\""), http("/health", "200", "ready", LONG));
        assertEquals(passed("HTTP 301"), http("/moved", "301", null, LONG));
        assertEquals(failed("HTTP 404, expected 200"), http("/none", "200", null, LONG));
        assertEquals(
                failed("HTTP 200, but the body does not contain \"steady\""), http("/health", "200", "steady", LONG));
    }

    @Test
    void a_body_of_10_MB_is_read_as_far_as_it_matters() throws Exception {
        assertEquals(passed("HTTP 200"), http("/large", "200", null, LONG));
        assertEquals(
                failed("HTTP 200, but the first 65536 bytes of the body do not contain \"ready\""),
                http("/large", "200", "ready", LONG));
    }

    @Test
    void a_body_that_comes_slowly_times_out_if_it_is_waited_for() throws Exception {
        assertEquals(passed("HTTP 200"), http("/slow", "200", null, LONG));
        assertEquals(failed("timed out waiting for the HTTP body after 400 ms"), http("/slow", "200", "ready", SHORT));
    }

    @Test
    void a_connection_that_ends_without_an_answer_fails() throws Exception {
        assertEquals(
                failed("connection closed before the HTTP answer was complete"), http("/hang-up", "200", null, LONG));
    }

    @Test
    void a_certificate_is_judged_too() throws Exception {
        assertEquals(passed("TLS handshake done, TLSv1.3"), probe(new ProbeKind.Tls(https, trusting()), LONG));
        assertEquals(passed("HTTP 200, body contains \"ready\""), https(https, trusting()));
        String wrong = https(https, certificates.settings("other.example")).text();
        assertTrue(wrong.startsWith("the certificate is not accepted: No subject alternative"), wrong);
        String old = https(expired, trusting()).text();
        assertTrue(old.startsWith("the certificate has expired (NotAfter: "), old);
        assertEquals(
                failed("the certificate is not signed by an authority that is trusted"),
                https(https, new TlsSettings(Certificates.NAME, true, null, Duration.ZERO)));
    }

    private static TlsSettings trusting() {
        return certificates.settings(Certificates.NAME);
    }

    @Test
    void tls_and_plain_text_do_not_pass_for_each_other() throws Exception {
        assertEquals(failed("the answer is not TLS"), probe(new ProbeKind.Tls(http, trusting()), LONG));
        assertEquals(
                failed("HTTP 400, expected 200"),
                probe(new ProbeKind.Http(https, exchange("/health", "200", null), null), LONG));
    }

    @Test
    void a_server_that_is_frozen_accepts_and_never_answers() throws Exception {
        nginx.freeze();
        try {
            assertEquals(
                    failed("timed out waiting for the HTTP answer after 400 ms"), http("/health", "200", null, SHORT));
            assertEquals(
                    failed("timed out waiting for the TLS handshake after 400 ms"),
                    probe(new ProbeKind.Tls(https, trusting()), SHORT));
        } finally {
            nginx.thaw();
        }
    }
}
