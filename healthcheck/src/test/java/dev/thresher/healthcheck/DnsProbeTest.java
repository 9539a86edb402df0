// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.config.ProbeKind;
import dev.thresher.config.Protocol;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** DNS probes of a server whose answers are written byte by byte, so that they owe nothing to the codec under test. */
class DnsProbeTest {
    private static final Duration SHORT = Duration.ofMillis(250);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static final int A = 1;
    private static final int CNAME = 5;
    private static final int TXT = 16;
    private static final int AAAA = 28;
    private static final byte[] ADDRESS = {(byte) 203, 0, 113, 9};

    private final ProbeRun probes = new ProbeRun();
    private final long socketsBefore = ProbeRun.openSockets();

    @AfterEach
    void nothing_is_left_open() {
        probes.assertOpenSockets(socketsBefore);
        probes.close();
    }

    /** The query with the bits of an answer, its code, and one record that points back to the question's name. */
    private static byte[] answer(byte[] query, int rcode, int type, byte @Nullable [] data) {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        ByteBuffer head = ByteBuffer.allocate(12).put(query, 0, 2);
        head.putShort((short) (0x8180 | rcode)).putShort((short) 1).putShort((short) (data == null ? 0 : 1));
        answer.writeBytes(head.array());
        answer.writeBytes(Arrays.copyOfRange(query, 12, query.length));
        if (data != null) {
            answer.writeBytes(ByteBuffer.allocate(12)
                    .putShort((short) 0xc00c)
                    .putShort((short) type)
                    .putShort((short) 1)
                    .putInt(60)
                    .putShort((short) data.length)
                    .array());
            answer.writeBytes(data);
        }
        return answer.toByteArray();
    }

    private static ProbeKind.Dns kind(int port, String type, @Nullable String wanted) {
        return new ProbeKind.Dns(port, Protocol.UDP, "www.example.", type, "NOERROR", wanted);
    }

    private ProbeResult probe(UnaryOperator<byte[]> answer, String type, @Nullable String wanted) throws Exception {
        return probe(answer, type, wanted, LONG);
    }

    private ProbeResult probe(UnaryOperator<byte[]> answer, String type, @Nullable String wanted, Duration timeout)
            throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        try (LoopbackDatagrams server = new LoopbackDatagrams(address, query -> List.of(answer.apply(query)))) {
            return probes.run(Targets.target(address, kind(server.port(), type, wanted), timeout));
        }
    }

    @Test
    void any_answer_without_error_passes() throws Exception {
        assertEquals(
                ProbeResult.passed("DNS NOERROR, 1 answer"), probe(query -> answer(query, 0, A, ADDRESS), "A", null));
        assertEquals(
                ProbeResult.passed("DNS NOERROR, 0 answers"), probe(query -> answer(query, 0, A, null), "A", null));
    }

    @Test
    void an_expected_record_has_to_be_there() throws Exception {
        assertEquals(
                ProbeResult.passed("DNS NOERROR, 203.0.113.9"),
                probe(query -> answer(query, 0, A, ADDRESS), "A", "203.0.113.9"));
        assertEquals(
                ProbeResult.failed("DNS NOERROR, but 203.0.113.8 is not among 1 answer"),
                probe(query -> answer(query, 0, A, ADDRESS), "A", "203.0.113.8"));
        byte[] sixteen = InetAddress.getByName("2001:db8::9").getAddress();
        assertEquals(
                ProbeResult.passed("DNS NOERROR, 2001:db8::9"),
                probe(query -> answer(query, 0, AAAA, sixteen), "AAAA", "2001:db8::9"));
        byte[] text = "\5ready\4 now".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                ProbeResult.passed("DNS NOERROR, ready now"),
                probe(query -> answer(query, 0, TXT, text), "TXT", "ready now"));
        byte[] name = "\3cdn\7example\0".getBytes(StandardCharsets.US_ASCII);
        assertEquals(
                ProbeResult.passed("DNS NOERROR, CDN.example"),
                probe(query -> answer(query, 0, CNAME, name), "CNAME", "CDN.example"));
    }

    @Test
    void an_error_fails_unless_it_is_the_expected_one() throws Exception {
        assertEquals(
                ProbeResult.failed("DNS SERVFAIL, expected NOERROR"),
                probe(query -> answer(query, 2, A, null), "A", null));
        InetAddress address = Loopback.address("127.0.0.1");
        try (LoopbackDatagrams server = new LoopbackDatagrams(address, query -> List.of(answer(query, 3, A, null)))) {
            ProbeKind missing = new ProbeKind.Dns(server.port(), Protocol.UDP, "none.example", "A", "NXDOMAIN", null);
            assertEquals(
                    ProbeResult.passed("DNS NXDOMAIN, 0 answers"), probes.run(Targets.target(address, missing, LONG)));
        }
    }

    @Test
    void answers_to_other_queries_are_passed_over() throws Exception {
        assertEquals(
                ProbeResult.failed("timed out waiting for the DNS answer after 250 ms"),
                probe(
                        query -> {
                            query[0] ^= 1;
                            return answer(query, 0, A, ADDRESS);
                        },
                        "A",
                        null,
                        SHORT));
        assertEquals(
                ProbeResult.failed("timed out waiting for the DNS answer after 250 ms"),
                probe(
                        query -> {
                            query[13] = 'v'; // another name in the question
                            return answer(query, 0, A, ADDRESS);
                        },
                        "A",
                        null,
                        SHORT));
    }

    @Test
    void garbage_fails() throws Exception {
        for (String text : List.of("x", "not a DNS message at all, and long enough for one")) {
            byte[] garbage = text.getBytes(StandardCharsets.US_ASCII);
            ProbeResult result = probe(query -> garbage, "A", null, SHORT);
            assertEquals(ProbeResult.Outcome.FAILED, result.outcome(), result.text());
        }
    }

    @Test
    void a_closed_port_fails_at_once() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        assertEquals(
                ProbeResult.failed("connection refused while waiting for the DNS answer"),
                probes.run(Targets.target(address, kind(Loopback.refusingPort(address), "A", null), LONG)));
    }

    @Test
    void by_tcp_silence_reset_and_end_fail() throws Exception {
        assertEquals(ProbeResult.failed("timed out waiting for the DNS answer after 250 ms"), tcp(client -> {}, SHORT));
        assertEquals(
                ProbeResult.failed("connection reset by peer while waiting for the DNS answer"),
                tcp(LoopbackServer.resettingAfter("\0\100"), LONG));
        assertEquals(
                ProbeResult.failed("connection closed while waiting for the DNS answer"),
                tcp(LoopbackServer.halfClosingAfter("\0\100"), LONG));
    }

    private ProbeResult tcp(LoopbackServer.Behaviour behaviour, Duration timeout) throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        try (LoopbackServer server = LoopbackServer.start(address, behaviour)) {
            int port = server.address().getPort();
            ProbeKind kind = new ProbeKind.Dns(port, Protocol.TCP, "www.example", "A", "NOERROR", null);
            ProbeResult result = probes.run(Targets.target(address, kind, timeout));
            server.awaitNoClients();
            return result;
        }
    }
}
