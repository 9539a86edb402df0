// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.ListenAddress;
import dev.thresher.daemon.grpc.SampleHealth;
import dev.thresher.daemon.grpc.SampleState;
import dev.thresher.daemon.health.HealthSource;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.Fill;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.healthcheck.CheckerStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class MetricsServerTest {
    private static final CheckerStatus CHECKER =
            new CheckerStatus(Duration.ofMillis(20), Duration.ZERO, 1, 2, 3, Duration.ofMillis(1500), 4711, 5, 4096);

    private boolean ready = true;
    private @Nullable MetricsServer server;

    private void serve(String address) throws IOException {
        ListenAddress free = new ListenAddress(InetAddress.getByName(address), 0);
        HealthSource health = new SampleHealth();
        server = MetricsServer.start(
                free,
                new MetricsSource(
                        () -> ready,
                        withAnEvent(new SampleState()),
                        health,
                        () -> CHECKER,
                        () -> List.of(new Fill("VIPs", "thresher.capacity.vips", 7, 4096)),
                        () -> Optional.of(Instant.ofEpochMilli(1_800_000_000_500L)),
                        () -> 6));
    }

    private static StateSource withAnEvent(StateSource state) {
        return new StateSource() {
            @Override
            public DaemonState snapshot() {
                return state.snapshot();
            }

            @Override
            public List<Counter> counters() {
                List<Counter> counters = new ArrayList<>(state.counters());
                counters.add(new Counter("flow_untracked", Counter.Kind.EVENT, 3, "no place"));
                return counters;
            }
        };
    }

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private HttpResponse<String> get(String host, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                "http://" + host + ":" + Objects.requireNonNull(server).port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void values_areThoseOfTheState(String address) throws Exception {
        serve(address);
        HttpResponse<String> response = get(address.contains(":") ? "[" + address + "]" : address, "/metrics");
        assertEquals(200, response.statusCode());
        Exposition metrics = Exposition.parse(response.body());

        assertEquals(7, metrics.value("thresher_dropped_packets_total{reason=\"no_member\"}"));
        String vip = "vip=\"[2001:db8::1]:80/tcp\"";
        assertEquals(2, metrics.value("thresher_vip_members{" + vip + "}"));
        assertEquals(1, metrics.value("thresher_vip_members_up{" + vip + "}"));
        assertEquals(1, metrics.value("thresher_member_state{real=\"10.0.0.2\",state=\"up\"," + vip + "}"));
        assertEquals(1.25, metrics.value("thresher_member_probe_age_seconds{real=\"10.0.0.2\"," + vip + "}"));
        assertEquals(0, metrics.value("thresher_member_effective_weight{real=\"fd00::3\"," + vip + "}"));
        assertEquals(7, metrics.value("thresher_capacity_used{setting=\"thresher.capacity.vips\"}"));
        assertEquals(4711, metrics.value("thresher_probes_total"));
        assertEquals(1.5, metrics.value("thresher_checker_longest_pause_seconds"));
        assertEquals(1_800_000_000.5, metrics.value("thresher_api_certificate_end_timestamp_seconds"));
        assertEquals(
                metrics.value("thresher_config_revision_timestamp_seconds") + 60,
                metrics.value("thresher_config_invalid_since_timestamp_seconds"));
        assertEquals(6, metrics.value("thresher_next_hops_unresolved"));
        assertTrue(metrics.value("jvm_threads_current") > 0);
        assertTrue(metrics.value("process_start_time_seconds") > 0);
    }

    @Test
    void everyMetric_isThere() throws Exception {
        serve("127.0.0.1");
        Set<String> own = Exposition.parse(get("127.0.0.1", "/metrics").body()).families().stream()
                .filter(name -> name.startsWith("thresher_"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(
                Stream.of(MetricName.values()).map(MetricName::exposed).collect(Collectors.toCollection(TreeSet::new)),
                own);
    }

    @Test
    void openMetrics_isSpokenToWhoAsksForIt() throws Exception {
        serve("127.0.0.1");
        HttpResponse<String> response =
                get("127.0.0.1", "/metrics", "Accept", "application/openmetrics-text; version=1.0.0");
        String type = response.headers().firstValue("Content-Type").orElse("");
        assertTrue(type.startsWith("application/openmetrics-text"), type);
        assertTrue(response.body().endsWith("# EOF\n"));
    }

    @Test
    void healthz_saysWhetherPacketsAreBalanced() throws Exception {
        serve("127.0.0.1");
        assertEquals("SERVING\n", get("127.0.0.1", "/healthz").body());
        ready = false;
        HttpResponse<String> starting = get("127.0.0.1", "/healthz");
        assertEquals("503 NOT_SERVING\n", starting.statusCode() + " " + starting.body());
    }

    @Test
    void aPortThatIsTaken_isNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ListenAddress address = new ListenAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
            IOException e = assertThrows(
                    IOException.class,
                    () -> MetricsServer.start(
                            address,
                            new MetricsSource(
                                    () -> true,
                                    new SampleState(),
                                    new SampleHealth(),
                                    () -> CHECKER,
                                    List::of,
                                    Optional::empty,
                                    () -> 0)));
            assertEquals(
                    "metrics on " + address
                            + ": Address already in use: set thresher.metrics.listen to another address or port",
                    e.getMessage());
        }
    }

    /** Keeps {@code docs/metrics.md} true. */
    @Test
    void theReference_hasEveryMetricWithItsTypeLabelsAndMeaning() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("../docs/metrics.md")).stream()
                .filter(line -> line.matches("\\| `thresher_\\w+` \\|.*"))
                .toList();
        List<String> known = Stream.of(MetricName.values())
                .map(metric -> "| `%s` | %s | %s | %s |"
                        .formatted(
                                metric.exposed(),
                                metric.kind().name().toLowerCase(Locale.ROOT),
                                metric.labels().stream()
                                        .map(label -> "`" + label + "`")
                                        .collect(Collectors.joining(", ")),
                                metric.help()))
                .toList();
        assertEquals(String.join("\n", known), String.join("\n", documented));
    }
}
