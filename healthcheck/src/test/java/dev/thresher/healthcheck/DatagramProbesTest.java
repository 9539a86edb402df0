// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.thresher.config.Payload;
import dev.thresher.config.ProbeKind;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** UDP and ICMP probes on the loopback interface. */
class DatagramProbesTest {
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Function<byte[], List<byte[]>> ECHO = List::of;

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @AfterEach
    void nothing_is_left_open() {
        probes.assertOpenSockets(socketsBefore);
        probes.close();
    }

    private ProbeResult udp(
            String loopback, Function<byte[], List<byte[]>> answers, @Nullable String receive, Duration timeout)
            throws Exception {
        InetAddress address = Loopback.address(loopback);
        try (LoopbackDatagrams server = new LoopbackDatagrams(address, answers)) {
            Payload wanted = receive == null ? null : Payload.parse(receive);
            return probes.run(Targets.target(
                    address, new ProbeKind.Udp(server.port(), Payload.parse("0x70696e67"), wanted), timeout));
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void an_echo_passes(String loopback) throws Exception {
        assertEquals(ProbeResult.passed("answer of 4 bytes"), udp(loopback, ECHO, null, LONG));
        assertEquals(ProbeResult.passed("answer of 4 bytes, as expected"), udp(loopback, ECHO, "ping", LONG));
    }

    @Test
    void other_answers_are_passed_over() throws Exception {
        List<byte[]> answers = new ArrayList<>(Collections.nCopies(50, bytes("busy")));
        answers.add(bytes("so ready"));
        assertEquals(
                ProbeResult.passed("answer of 8 bytes, as expected"),
                udp("127.0.0.1", request -> answers, "ready", LONG));
        assertEquals(
                ProbeResult.failed("timed out waiting for an answer that contains \"ready\" after 250 ms"),
                udp("127.0.0.1", request -> List.of(bytes("busy")), "ready", SHORT));
    }

    @Test
    void a_large_answer_passes() throws Exception {
        assertEquals(
                ProbeResult.passed("answer of 60000 bytes, as expected"),
                udp("127.0.0.1", request -> List.of(bytes("x".repeat(59_999) + "y")), "xy", LONG));
    }

    @Test
    void silence_times_out_and_a_closed_port_fails_at_once() throws Exception {
        assertEquals(
                ProbeResult.failed("timed out waiting for the answer after 250 ms"),
                udp("127.0.0.1", request -> List.of(), null, SHORT));
        InetAddress address = Loopback.address("127.0.0.1");
        Target target = Targets.target(
                address, new ProbeKind.Udp(Loopback.refusingPort(address), Payload.parse("ping"), null), LONG);
        assertEquals(ProbeResult.failed("connection refused while waiting for the answer"), probes.run(target));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void no_probe_is_sent_from_a_port_that_a_late_answer_may_still_come_to(String loopback) throws Exception {
        InetAddress address = Loopback.address(loopback);
        Set<Integer> ports = new HashSet<>();
        try (DatagramSocket server = new DatagramSocket(0, address)) {
            server.setSoTimeout(20_000);
            Target target = Targets.target(
                    address, new ProbeKind.Udp(server.getLocalPort(), Payload.parse("ping"), null), LONG);
            int count = 1000; // Ports at random would meet with near certainty: 28,232 are to choose from.
            for (int i = 0; i < count; i++) {
                probes.start(target);
                DatagramPacket packet = new DatagramPacket(new byte[64], 64);
                server.receive(packet);
                ports.add(packet.getPort());
                server.send(packet);
                assertEquals(
                        ProbeResult.Outcome.PASSED,
                        Objects.requireNonNull(probes.results.poll(30, TimeUnit.SECONDS))
                                .outcome());
            }
            probes.settle();
            assertEquals(count, ports.size(), "ports used");
        }
    }

    private static void assumeRawSockets() {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "raw sockets are for root");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void an_echo_reply_passes(String loopback) throws Exception {
        assumeRawSockets();
        ProbeResult result = probes.run(Targets.target(Loopback.address(loopback), new ProbeKind.Icmp(), LONG));
        assertEquals(ProbeResult.Outcome.PASSED, result.outcome(), result.text());
        assertTrue(result.text().matches("echo reply after \\d+ us"), result.text());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "::1"})
    void many_pings_at_once_each_take_their_own_reply(String loopback) throws Exception {
        assumeRawSockets();
        InetAddress address = Loopback.address(loopback);
        for (int i = 0; i < 100; i++) {
            probes.start(Targets.target(address, new ProbeKind.Icmp(), LONG));
        }
        for (int i = 0; i < 100; i++) {
            ProbeResult result = probes.results.poll(30, TimeUnit.SECONDS);
            assertEquals(
                    ProbeResult.Outcome.PASSED,
                    result == null ? null : result.outcome(),
                    () -> result == null ? "no result" : result.text());
        }
        probes.settle();
        assertEquals(0, probes.results.size(), "further results");
    }

    @Test
    void no_echo_reply_fails_in_time() throws Exception {
        assumeRawSockets();
        // Hosts do not answer pings of multicast groups; and if some did, not from that address.
        long begin = System.nanoTime();
        InetAddress nobody = InetAddress.getByName("224.0.0.1");
        ProbeResult result = probes.run(Targets.target(nobody, new ProbeKind.Icmp(), SHORT));
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        assertEquals(ProbeResult.Outcome.FAILED, result.outcome(), result.text());
        assertTrue(took.compareTo(LONG) < 0, () -> "took " + took);
    }
}
