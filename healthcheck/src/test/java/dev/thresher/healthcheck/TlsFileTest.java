// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.IpText;
import dev.thresher.config.ProbeKind;
import dev.thresher.config.TlsSettings;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files of trusted certificates that hang, as on a file server that is away: pipes that nobody writes to. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // Writing to a pipe waits for a reader.
class TlsFileTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final ProbeRun probes = new ProbeRun();

    @AfterEach
    void close() {
        probes.close();
    }

    private Path pipe(String name) throws Exception {
        Path pipe = directory.resolve(name);
        assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
        return pipe;
    }

    private static Target target(InetAddress address, int port, @Nullable String name, Path ca) {
        return Targets.target(address, new ProbeKind.Tls(port, new TlsSettings(name, true, ca, Duration.ZERO)), LONG);
    }

    private ProbeResult next() throws InterruptedException {
        return Objects.requireNonNull(probes.results.poll(30, TimeUnit.SECONDS), "no result within 30 s");
    }

    @Test
    void a_file_that_hangs_is_read_once_however_often_its_checks_are_restarted() throws Exception {
        Certificates certificates = new Certificates(directory);
        Path pipe = pipe("hangs.pem");
        try (LoopbackServer server = LoopbackServer.startTls(
                Loopback.address("127.0.0.1"), certificates.server(Duration.ofDays(365)), client -> {})) {
            InetAddress address = server.address().getAddress();
            int port = server.address().getPort();
            for (int i = 0; i < 20; i++) {
                probes.cancel(probes.start(target(address, port, null, pipe)));
                probes.cancel(probes.start(target(address, port, Certificates.NAME, pipe)));
            }
            assertEquals(1, probes.tasks(EpollLoop::files));

            probes.start(target(address, port, null, pipe));
            probes.start(target(address, port, null, pipe));
            String authority = Files.readString(directory.resolve("ca.pem"));
            Files.writeString(pipe, authority);
            assertEquals(ProbeResult.passed("TLS handshake done, TLSv1.3"), next());
            assertEquals(ProbeResult.passed("TLS handshake done, TLSv1.3"), next());
            assertEquals(1, probes.tasks(EpollLoop::files));

            probes.start(target(address, port, Certificates.NAME, pipe));
            Files.writeString(pipe, authority);
            assertEquals(ProbeResult.passed("TLS handshake done, TLSv1.3"), next());
            server.awaitNoClients();
        }
    }

    @Test
    void probes_that_want_different_things_of_one_file_are_served_one_after_the_other() throws Exception {
        InetAddress address = Loopback.address("127.0.0.1");
        int port = Loopback.refusingPort(address);
        Path pipe = pipe("hangs.pem");
        for (String name : List.of("a.example", "b.example", "c.example")) {
            probes.start(target(address, port, name, pipe));
        }
        for (int i = 0; i < 3; i++) {
            Files.writeString(pipe, "no certificate");
            assertEquals(ProbeResult.Outcome.INCONCLUSIVE, next().outcome());
        }
        assertEquals(3, probes.tasks(EpollLoop::files));
    }

    @Test
    void a_probe_can_be_cancelled_after_the_file_was_read() throws Exception {
        Certificates certificates = new Certificates(directory);
        CountDownLatch connected = new CountDownLatch(1);
        try (LoopbackServer server =
                LoopbackServer.start(Loopback.address("127.0.0.1"), client -> connected.countDown())) {
            ProbeKind.Tls kind = new ProbeKind.Tls(server.address().getPort(), certificates.settings(null));
            Cancellable started = probes.start(Targets.target(server.address().getAddress(), kind, LONG));
            assertTrue(connected.await(30, TimeUnit.SECONDS));
            probes.cancel(started);
            server.awaitNoClients();
            assertEquals(0, probes.results.size());
        }
    }

    @Test
    void commands_do_not_wait_for_files_that_hang() throws Exception {
        List<Path> pipes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            pipes.add(pipe("hangs" + i + ".pem"));
            probes.start(target(IpText.parse("10.0.0.2"), 443, null, pipes.get(i)));
        }
        assertEquals(
                ProbeResult.passed("exit code 0"),
                probes.run(
                        Targets.target(IpText.parse("10.0.0.2"), new ProbeKind.Exec(443, List.of("/bin/true")), LONG)));
        for (Path pipe : pipes) {
            Files.writeString(pipe, "no certificate");
            assertEquals(ProbeResult.Outcome.INCONCLUSIVE, next().outcome());
        }
    }
}
