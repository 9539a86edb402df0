// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static dev.thresher.healthcheck.ProbeResult.Outcome.PASSED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.thresher.config.HealthCheck;
import dev.thresher.config.ProbeKind;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One socket serves connection after connection, and none of them knows of another. */
class SocketReuseTest {
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final LoopbackServer.Behaviour OK = LoopbackServer.answering("HTTP/1.1 204 No Content\r\n\r\n");

    private final ProbeRun probes = new ProbeRun();

    @AfterEach
    void close() {
        probes.close();
    }

    private static Target http(LoopbackServer server) {
        ProbeKind.Http kind = (ProbeKind.Http)
                HealthCheck.http(server.address().getPort(), "/").kind();
        return Targets.target(server.address().getAddress(), kind, LONG);
    }

    private static Target tcp(InetAddress address, int port, Duration timeout) {
        return Targets.target(address, new ProbeKind.Tcp(port), timeout);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void the_next_connection_is_one_of_its_own(String address) throws Exception {
        try (LoopbackServer server = LoopbackServer.start(Loopback.address(address), OK)) {
            for (int i = 0; i < 3; i++) {
                assertEquals(ProbeResult.passed("HTTP 204"), probes.run(http(server)));
                assertEquals(
                        "GET / HTTP/1.1",
                        server.nextRequest().lines().findFirst().orElse(""));
                assertEquals(1, probes.idleSockets());
                server.awaitNoClients();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void what_one_server_said_is_not_taken_for_the_word_of_another(String text) throws Exception {
        InetAddress address = Loopback.address(text);
        try (LoopbackServer server = LoopbackServer.start(address, OK);
                Loopback.BlackHole hole = new Loopback.BlackHole(address)) {
            int refusing = Loopback.refusingPort(address);
            for (int i = 0; i < 3; i++) {
                assertEquals(PASSED, probes.run(http(server)).outcome());
                assertEquals(1, probes.idleSockets());
                assertEquals(ProbeResult.failed("connection refused"), probes.run(tcp(address, refusing, LONG)));
                assertEquals(0, probes.idleSockets(), "no probe uses a socket again on which one has failed");
                assertEquals(
                        PASSED,
                        probes.run(tcp(address, server.address().getPort(), LONG))
                                .outcome());
                assertEquals(
                        ProbeResult.failed("timed out connecting after 250 ms"),
                        probes.run(tcp(address, hole.port(), SHORT)));
            }
        }
    }

    @Test
    void a_probe_that_may_bring_a_verdict_has_a_new_socket() throws Exception {
        try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), OK)) {
            probes.run(http(server));
            probes.start(http(server), true);
            assertEquals(ProbeResult.passed("HTTP 204"), probes.results.poll(20, TimeUnit.SECONDS));
            assertEquals(2, probes.idleSockets());
        }
    }

    @Test
    void probes_that_were_under_way_at_once_leave_a_socket_each() throws Exception {
        int count = 50;
        List<DuplexChannel> clients = new ArrayList<>(); // for the server's thread
        LoopbackServer.Behaviour together = client -> {
            clients.add(client);
            if (clients.size() == count) {
                clients.forEach(OK::onRequest);
            }
        };
        try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), together)) {
            for (int i = 0; i < count; i++) {
                probes.start(http(server));
            }
            for (int i = 0; i < count; i++) {
                assertEquals(ProbeResult.passed("HTTP 204"), probes.results.poll(20, TimeUnit.SECONDS));
            }
            assertEquals(count, probes.idleSockets());
        }
    }

    @Test
    void each_connection_has_the_mark_of_its_own_real_server() throws IOException {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "marks are for root");
        SocketPool pool = new SocketPool(1);
        ProbeSocket socket = pool.take(SocketPool.Kind.TUNNELLED);
        for (int mark : new int[] {0x7468, 0x7469, 0x7468}) {
            socket.mark(mark);
            assertEquals(mark, socket.fd().getIntOpt(1, 36));
        }
        socket.destroy();
    }
}
