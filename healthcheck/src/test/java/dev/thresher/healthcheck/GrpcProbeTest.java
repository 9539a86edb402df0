// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.ProbeKind;
import dev.thresher.config.TlsSettings;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC probes of a grpc-java server, and of servers that are none. */
class GrpcProbeTest {
    private static final Duration SHORT = Duration.ofMillis(400);
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ProbeRun probes = new ProbeRun();
    private final HealthStatusManager health = new HealthStatusManager();

    @AfterEach
    void close() {
        probes.close();
    }

    private ProbeResult probe(int port, String service, @Nullable TlsSettings tls, Duration timeout)
            throws InterruptedException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        long before = ProbeRun.openSockets() - probes.idleSockets();
        ProbeResult result =
                probes.run(Targets.target(loopback, new ProbeKind.Grpc(port, service, null, tls), timeout));
        assertTrue(
                ProbeRun.openSockets() - probes.idleSockets() <= before + 1, "at most the server's side is still open");
        return result;
    }

    private static NettyServerBuilder builder() {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @Test
    void a_serving_service_passes_and_others_fail_with_the_status() throws Exception {
        Server server = builder().addService(health.getHealthService()).build().start();
        try {
            health.setStatus("shop.Cart", ServingStatus.NOT_SERVING);
            health.setStatus("shop.Stock", ServingStatus.UNKNOWN);
            int port = server.getPort();
            assertEquals(ProbeResult.passed("gRPC SERVING"), probe(port, "", null, LONG));
            assertEquals(
                    ProbeResult.failed("gRPC NOT_SERVING, expected SERVING"), probe(port, "shop.Cart", null, LONG));
            assertEquals(ProbeResult.failed("gRPC UNKNOWN, expected SERVING"), probe(port, "shop.Stock", null, LONG));
            assertEquals(
                    "gRPC status 5: unknown service none",
                    probe(port, "none", null, LONG).text());
            health.enterTerminalState();
            assertEquals(ProbeResult.failed("gRPC NOT_SERVING, expected SERVING"), probe(port, "", null, LONG));
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void a_server_without_the_health_service_fails() throws Exception {
        Server server = builder().build().start();
        try {
            String text = probe(server.getPort(), "", null, LONG).text();
            assertTrue(text.startsWith("gRPC status 12: Method not found"), text);
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    @Test
    void tls_is_checked_like_everywhere() throws Exception {
        Certificates certificates = new Certificates(directory);
        Server server = builder()
                .addService(health.getHealthService())
                .sslContext(certificates.server(Duration.ofDays(365)))
                .build()
                .start();
        try {
            int port = server.getPort();
            assertEquals(ProbeResult.passed("gRPC SERVING"), probe(port, "", certificates.settings(null), LONG));
            assertEquals(
                    ProbeResult.failed("the certificate is not signed by an authority that is trusted"),
                    probe(port, "", TlsSettings.DEFAULT, LONG));
        } finally {
            server.shutdownNow().awaitTermination();
        }
    }

    private ProbeResult probe(LoopbackServer.Behaviour behaviour, Duration timeout) throws Exception {
        try (LoopbackServer server = LoopbackServer.start(Loopback.address("127.0.0.1"), behaviour)) {
            ProbeResult result = probe(server.address().getPort(), "", null, timeout);
            server.awaitNoClients();
            return result;
        }
    }

    @Test
    void a_server_of_http_1_fails() throws Exception {
        assertEquals(
                ProbeResult.failed("the answer is not HTTP/2"),
                probe(LoopbackServer.answering("HTTP/1.1 400 Bad Request\r\n\r\n"), LONG));
    }

    @Test
    void silence_times_out() throws Exception {
        assertEquals(
                ProbeResult.failed("timed out waiting for the gRPC answer after 400 ms"), probe(client -> {}, SHORT));
    }

    @Test
    void endless_settings_time_out() throws Exception {
        assertEquals(
                ProbeResult.Outcome.FAILED,
                probe(LoopbackServer.endlessly("", "\0\0\0\4\0\0\0\0\0"), SHORT).outcome());
    }

    @Test
    void reset_and_end_fail() throws Exception {
        assertEquals(
                ProbeResult.failed("connection reset by peer while waiting for the gRPC answer"),
                probe(LoopbackServer.resettingAfter(""), LONG));
        assertEquals(
                ProbeResult.failed("connection closed while waiting for the gRPC answer"),
                probe(LoopbackServer.halfClosingAfter(""), LONG));
    }
}
