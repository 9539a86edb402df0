// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.ProbeResult.failed;
import static dev.thresher.healthcheck.ProbeResult.passed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.ProbeKind;
import dev.thresher.config.Protocol;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** DNS probes of dnsmasq. */
class DnsmasqTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway") // set by JUnit
    static Path directory;

    private static int port;

    @SuppressWarnings("NullAway") // set in start
    private static ServerProgram dnsmasq;

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @BeforeAll
    static void start() throws Exception {
        port = ServerProgram.freePort();
        dnsmasq = ServerProgram.start(
                directory,
                port,
                List.of(
                        "dnsmasq",
                        "--keep-in-foreground",
                        "--conf-file=/dev/null",
                        "--pid-file=",
                        "--user=root",
                        "--no-resolv",
                        "--no-hosts",
                        "--bind-interfaces",
                        "--listen-address=" + ServerProgram.address().getHostAddress(),
                        "--port=" + port,
                        "--local=/example/",
                        "--host-record=www.example,203.0.113.9,2001:db8::9",
                        "--cname=web.example,www.example",
                        "--txt-record=state.example,ready now"));
    }

    @AfterAll
    static void stop() {
        dnsmasq.close();
    }

    @AfterEach
    void nothing_is_left_open() {
        probes.assertOpenSockets(socketsBefore);
        probes.close();
    }

    private ProbeResult probe(Protocol by, String name, String type, String rcode, @Nullable String answer)
            throws Exception {
        return probe(new ProbeKind.Dns(port, by, name, type, rcode, answer), LONG);
    }

    private ProbeResult probe(ProbeKind kind, Duration timeout) throws Exception {
        return probes.run(Targets.target(ServerProgram.address(), kind, timeout));
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void records_are_found(Protocol by) throws Exception {
        assertEquals(passed("DNS NOERROR, 1 answer"), probe(by, "www.example", "A", "NOERROR", null));
        assertEquals(passed("DNS NOERROR, 203.0.113.9"), probe(by, "www.example", "A", "NOERROR", "203.0.113.9"));
        assertEquals(passed("DNS NOERROR, 2001:db8::9"), probe(by, "www.example", "AAAA", "NOERROR", "2001:db8::9"));
        assertEquals(passed("DNS NOERROR, 203.0.113.9"), probe(by, "web.example", "A", "NOERROR", "203.0.113.9"));
        assertEquals(passed("DNS NOERROR, ready now"), probe(by, "state.example", "TXT", "NOERROR", "ready now"));
    }

    @ParameterizedTest
    @EnumSource(names = {"UDP", "TCP"})
    void another_answer_fails_unless_it_is_expected(Protocol by) throws Exception {
        assertEquals(
                failed("DNS NOERROR, but 203.0.113.8 is not among 1 answer"),
                probe(by, "www.example", "A", "NOERROR", "203.0.113.8"));
        assertEquals(failed("DNS NXDOMAIN, expected NOERROR"), probe(by, "none.example", "A", "NOERROR", null));
        assertEquals(passed("DNS NXDOMAIN, 0 answers"), probe(by, "none.example", "A", "NXDOMAIN", null));
        assertEquals(failed("DNS REFUSED, expected NOERROR"), probe(by, "www.invalid.test", "A", "NOERROR", null));
    }

    @Test
    void a_server_that_is_frozen_or_gone_fails() throws Exception {
        ProbeKind kind = new ProbeKind.Dns(port, Protocol.UDP, "www.example", "A", "NOERROR", null);
        dnsmasq.freeze();
        try {
            assertEquals(failed("timed out waiting for the DNS answer after 400 ms"), probe(kind, SHORT));
        } finally {
            dnsmasq.thaw();
        }
        int none = ServerProgram.freePort();
        ProbeKind gone = new ProbeKind.Dns(none, Protocol.UDP, "www.example", "A", "NOERROR", null);
        assertEquals(
                "connection refused while waiting for the DNS answer",
                probe(gone, LONG).text());
    }
}
