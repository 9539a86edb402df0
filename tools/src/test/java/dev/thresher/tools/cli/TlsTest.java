// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.ListenAddress;
import dev.thresher.config.RoleNames;
import dev.thresher.config.TlsListener;
import dev.thresher.daemon.grpc.GrpcServer;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line over TCP with TLS, against the daemon's own server. */
@Timeout(30)
final class TlsTest {
    private static final String SERVER = "server";

    @TempDir
    Path dir;

    private final List<ApplyRequest> changes = new CopyOnWriteArrayList<>();
    private TestAuthority authority;
    private GrpcServer daemon;

    private final class Changes extends ControlGrpc.ControlImplBase {
        @Override
        public void apply(ApplyRequest request, StreamObserver<ApplyResponse> caller) {
            changes.add(request);
            caller.onNext(ApplyResponse.newBuilder().setRevision(13).build());
            caller.onCompleted();
        }
    }

    @BeforeEach
    void serve() throws Exception {
        authority = new TestAuthority(dir)
                .issue(SERVER, server -> server.addSanDnsName("localhost").addSanIpAddress("127.0.0.1"))
                .issue("reader")
                .issue("operator");
        daemon = start("edge.sock");
    }

    private GrpcServer start(String socket) throws IOException {
        TlsListener tls = new TlsListener(
                new ListenAddress(InetAddress.getLoopbackAddress(), 0),
                authority.certificate(SERVER),
                authority.key(SERVER),
                authority.ca(),
                new RoleNames(List.of("reader"), List.of("operator"), List.of()));
        ApiSettings api = new ApiSettings(dir.resolve(socket), null, tls, null);
        return GrpcServer.start(api, FakeSource.busy(), new FakeFlows(), new FakeHealth(), new Changes());
    }

    @AfterEach
    void stop() {
        daemon.close();
    }

    private String address() {
        return "127.0.0.1:" + daemon.port();
    }

    private CliRun run(String address, Path certificate, Path key, Path ca, String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(List.of("--address", address));
        arguments.addAll(List.of("--cert", certificate.toString()));
        arguments.addAll(List.of("--key", key.toString()));
        arguments.addAll(List.of("--ca", ca.toString()));
        return CliRun.of(arguments.toArray(String[]::new));
    }

    private CliRun as(String name, String... words) {
        return run(address(), authority.certificate(name), authority.key(name), authority.ca(), words);
    }

    private static void assertFails(CliRun run, String... lines) {
        assertEquals(List.of(lines), run.errLines());
        assertEquals(1, run.exitCode());
        assertEquals("", run.out());
    }

    @Test
    void aReader_looks() {
        CliRun run = as("reader", "vips", "--json");
        assertEquals("", run.err());
        assertEquals(2, run.json().getAsJsonArray("vips").size());
    }

    @Test
    void theHostMayBeAName() {
        CliRun run = run(
                "localhost:" + daemon.port(),
                authority.certificate("reader"),
                authority.key("reader"),
                authority.ca(),
                "status");
        assertEquals(0, run.exitCode(), run.err());
    }

    @Test
    void theEnvironment_mayNameAllOfIt() {
        Map<String, String> environment = Map.of(
                "THRESHER_ADDRESS", address(),
                "THRESHER_CERT", authority.certificate("reader").toString(),
                "THRESHER_KEY", authority.key("reader").toString(),
                "THRESHER_CA", authority.ca().toString());
        try (DaemonClient client = DaemonClient.connect(new Connection().address(environment))) {
            assertEquals(2, client.state().getVipsCount());
        }
    }

    @Test
    void anOperator_changes() {
        CliRun run = as("operator", "real", "drain", "10.0.0.2");
        assertEquals(0, run.exitCode(), run.err());
        assertEquals(1, changes.size());
    }

    @Test
    void aRoleThatIsNotEnough_isToldSo() {
        assertFails(
                as("reader", "real", "drain", "10.0.0.2"),
                "thresher: you may not do this: this Apply needs the role operate, and reader has the role read",
                "It takes another user, or a certificate of another role.");
        assertEquals(List.of(), changes);
    }

    @Test
    void aNameWithoutRole_isToldSo() throws Exception {
        authority.issue("stranger");
        assertFails(
                as("stranger", "vips"),
                "thresher: you may not do this: this GetState needs the role read, and stranger has no role",
                "It takes another user, or a certificate of another role.");
    }

    @Test
    void aDaemonOfAnotherAuthority_isNotTrusted() throws Exception {
        TestAuthority other = new TestAuthority(Files.createDirectory(dir.resolve("other")));
        CliRun run = run(address(), authority.certificate("reader"), authority.key("reader"), other.ca(), "vips");
        assertFails(
                run,
                "thresher: what serves on " + address()
                        + " is not trusted: unable to find valid certification path to requested target.",
                "Its certificate has to be for 127.0.0.1 and to come from an authority in " + other.ca() + ".");
    }

    @Test
    void aDaemonOfAnotherName_isNotTrusted() throws Exception {
        daemon.close();
        authority.issue(SERVER, server -> server.addSanDnsName("lb2.example"));
        daemon = start("lb2.sock");
        assertFails(
                as("reader", "vips"),
                "thresher: what serves on " + address()
                        + " is not trusted: No subject alternative names matching IP address 127.0.0.1 found.",
                "Its certificate has to be for 127.0.0.1 and to come from an authority in " + authority.ca() + ".");
    }

    /** Whether the alert gets through before the end of the connection is up to TCP. */
    private void assertRefused(CliRun run, Path certificate, Path key) {
        assertEquals(1, run.exitCode());
        String takes = "does not take the certificate in " + certificate;
        assertTrue(
                run.errLines().get(0).startsWith("thresher: the daemon on " + address() + " " + takes + ": ")
                        || run.errLines().get(1).equals("It is stopping, or it " + takes + "."),
                run.err());
        assertEquals(
                "The certificate has to be in force, to belong to the key in " + key
                        + ", and to come from an authority in the daemon's thresher.api.tls.client-ca.",
                run.errLines().get(run.errLines().size() - 1));
    }

    @Test
    void aCertificateOfAnotherAuthority_isRefused() throws Exception {
        TestAuthority other = new TestAuthority(Files.createDirectory(dir.resolve("other"))).issue("reader");
        Path certificate = other.certificate("reader");
        Path key = other.key("reader");
        assertRefused(run(address(), certificate, key, authority.ca(), "vips"), certificate, key);
    }

    @Test
    void anExpiredCertificate_isRefused() throws Exception {
        authority.issue("reader", expired -> expired.notAfter(Instant.now().minus(Duration.ofDays(1))));
        assertRefused(as("reader", "vips"), authority.certificate("reader"), authority.key("reader"));
    }

    @Test
    void theKeyOfAnotherCertificate_isRefused() {
        Path certificate = authority.certificate("reader");
        Path key = authority.key("operator");
        assertRefused(run(address(), certificate, key, authority.ca(), "vips"), certificate, key);
    }

    @ParameterizedTest
    @CsvSource({"--cert, reader.pem", "--key, reader.key", "--ca, ca.pem"})
    void aFileThatCannotBeUsed_isNamed(String option, String name) throws IOException {
        Path file = dir.resolve(name);
        Files.writeString(file, "nothing of use");
        CliRun useless = as("reader", "vips");
        assertEquals(2, useless.exitCode());
        assertTrue(useless.err().startsWith("thresher: " + option + ": " + file + " holds no "), useless.err());

        Files.delete(file);
        CliRun missing = as("reader", "vips");
        assertEquals(2, missing.exitCode());
        assertEquals(
                "thresher: " + option + ": " + file + " does not exist",
                missing.errLines().get(0));
    }

    @ParameterizedTest
    @CsvSource({"lb1", "lb1:0", "lb1:http", ":7443", "2001:db8::1:7443", "lb1:70000"})
    void whatIsNoAddress_isNotTaken(String address) {
        CliRun run = run(address, authority.certificate("reader"), authority.key("reader"), authority.ca(), "vips");
        assertEquals(
                "thresher: --address: '" + address
                        + "' is no host and port such as lb1.example.com:7443 or [2001:db8::1]:7443",
                run.errLines().get(0));
        assertEquals(2, run.exitCode());
    }

    @Test
    void nobodyThere_saysWhereToLook() throws IOException {
        String address;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = "127.0.0.1:" + closed.getLocalPort();
        }
        CliRun run = run(address, authority.certificate("reader"), authority.key("reader"), authority.ca(), "vips");
        assertFails(
                run,
                "thresher: no daemon serves on " + address + ": Connection refused.",
                "Check that it runs, and that --address is what it has as thresher.api.tls.listen.");
    }

    @Test
    void whoDoesNotSpeakTls_isToldFromADaemon() throws Exception {
        Server plain = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .build()
                .start();
        try {
            String address = "127.0.0.1:" + plain.getPort();
            CliRun run = run(address, authority.certificate("reader"), authority.key("reader"), authority.ca(), "vips");
            assertFails(
                    run,
                    "thresher: what serves on " + address + " does not speak TLS.",
                    "Check that --address is what the daemon has as thresher.api.tls.listen.");
        } finally {
            plain.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    @Test
    void aHostWithoutAddress_isNamed() {
        TlsIdentity identity =
                new TlsIdentity(authority.certificate("reader"), authority.key("reader"), authority.ca());
        Status status =
                Status.UNAVAILABLE.withCause(new IllegalStateException(new UnknownHostException("lb9: no such name")));
        assertEquals(
                "there is no host lb9: its name cannot be resolved.\nCheck --address.",
                TlsAddress.of("lb9:7443", identity).whyUnavailable(status));
    }
}
