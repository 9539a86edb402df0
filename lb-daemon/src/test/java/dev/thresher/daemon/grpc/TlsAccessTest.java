// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.config.ApiSettings;
import dev.thresher.config.ListenAddress;
import dev.thresher.config.RoleNames;
import dev.thresher.config.TlsListener;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The API over TCP, from the point of view of all sorts of clients. */
@Timeout(30)
final class TlsAccessTest {
    private static final RoleNames ROLES =
            new RoleNames(List.of("reader", "spiffe://example/reader"), List.of("operator"), List.of("chief"));
    private static final ApplyRequest ROLLBACK = ApplyRequest.newBuilder()
            .setChange(Change.newBuilder().setRollback(1))
            .build();
    private static final ApplyRequest DRAIN = ApplyRequest.newBuilder()
            .setChange(Change.newBuilder()
                    .setEdits(Edits.newBuilder()
                            .addEdits(Edit.newBuilder()
                                    .setDrain(RealServer.newBuilder().setReal("10.0.0.2")))))
            .build();

    @TempDir
    Path dir;

    private final List<Caller> changes = new CopyOnWriteArrayList<>();
    private final List<ManagedChannel> channels = new ArrayList<>();
    private TestAuthority authority;
    private GrpcServer server;

    /** Makes every change, and remembers for whom. */
    private final class Changes extends ControlGrpc.ControlImplBase {
        @Override
        public void apply(ApplyRequest request, StreamObserver<ApplyResponse> caller) {
            changes.add(Caller.current());
            caller.onNext(ApplyResponse.getDefaultInstance());
            caller.onCompleted();
        }
    }

    @BeforeEach
    void serve() throws Exception {
        authority = new TestAuthority();
        server = serve(authority.listener(dir, ROLES));
    }

    private GrpcServer serve(TlsListener tls) throws IOException {
        ApiSettings api = new ApiSettings(dir.resolve(tls.listen().port() + ".sock"), null, tls, null);
        return GrpcServer.start(api, new SampleState(), new SampleFlows(), new SampleHealth(), new Changes());
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (ManagedChannel channel : channels) {
            channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
        server.close();
    }

    private Channel connect(@Nullable X509Bundle identity, String... protocols) throws Exception {
        SslContextBuilder tls = GrpcSslContexts.configure(SslContextBuilder.forClient(), SslProvider.JDK)
                .trustManager(authority.bundle().getCertificate());
        if (identity != null) {
            tls.keyManager(identity.getKeyPair().getPrivate(), identity.getCertificatePath());
        }
        if (protocols.length > 0) {
            tls.protocols(protocols);
        }
        return remember(NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .sslContext(tls.build())
                .build());
    }

    private Channel remember(ManagedChannel channel) {
        channels.add(channel);
        return channel;
    }

    private Channel connectAs(String name) throws Exception {
        return connect(authority.client(name));
    }

    private static void read(Channel channel) {
        var state = ThresherGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .getState(GetStateRequest.getDefaultInstance());
        assertEquals("edge", state.getState().getDaemon().getInstance());
    }

    private static void change(Channel channel, ApplyRequest request) {
        var unused = ControlGrpc.newBlockingStub(channel)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .apply(request);
    }

    private static Status refusal(Runnable call) {
        return assertThrows(StatusRuntimeException.class, call::run).getStatus();
    }

    /** The connection does not come about, or is ended before a call is served. */
    private void assertKeptOut(Channel channel) {
        assertEquals(Status.Code.UNAVAILABLE, refusal(() -> read(channel)).getCode());
    }

    @Test
    void eachRole_mayDoWhatItIsFor() throws Exception {
        Channel chief = connectAs("chief");
        read(chief);
        change(chief, ROLLBACK);
        Channel operator = connectAs("operator");
        read(operator);
        change(operator, DRAIN);
        read(connectAs("reader"));

        assertEquals(List.of(new Caller("chief", Role.ADMIN), new Caller("operator", Role.OPERATE)), changes);
    }

    @Test
    void noRole_mayDoMore() throws Exception {
        Status reader = refusal(() -> change(connectUnchecked("reader"), DRAIN));
        assertEquals(Status.Code.PERMISSION_DENIED, reader.getCode());
        assertEquals("this Apply needs the role operate, and reader has the role read", reader.getDescription());
        assertEquals(
                Status.Code.PERMISSION_DENIED,
                refusal(() -> change(connectUnchecked("operator"), ROLLBACK)).getCode());
        assertEquals(List.of(), changes);
    }

    private Channel connectUnchecked(String name) {
        try {
            return connectAs(name);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aNameWithoutRole_mayNotEvenRead() throws Exception {
        Status stranger = refusal(() -> read(connectUnchecked("stranger")));
        assertEquals(Status.Code.PERMISSION_DENIED, stranger.getCode());
        assertEquals("this GetState needs the role read, and stranger has no role", stranger.getDescription());
    }

    @Test
    void aCommonName_doesNotCountBesideAlternativeNames() throws Exception {
        Channel disguised = connect(authority.issue(
                builder -> builder.subject("CN=chief").addSanUriName(URI.create("spiffe://example/reader"))));
        read(disguised);
        Status refused = refusal(() -> change(disguised, ROLLBACK));
        assertEquals(
                "this Apply needs the role admin, and spiffe://example/reader has the role read",
                refused.getDescription());
    }

    @Test
    void aClientOfAnotherAuthority_isKeptOut() throws Exception {
        assertKeptOut(connect(new TestAuthority().client("chief")));
    }

    @Test
    void anExpiredCertificate_isKeptOut() throws Exception {
        Instant yesterday = Instant.now().minus(Duration.ofDays(1));
        assertKeptOut(
                connect(authority.issue(builder -> builder.subject("CN=chief").notAfter(yesterday))));
    }

    @Test
    void aClientWithoutCertificate_isKeptOut() throws Exception {
        assertKeptOut(connect(null));
        assertKeptOut(connect(null, "TLSv1.2"));
    }

    @Test
    void plaintext_isKeptOut() {
        assertKeptOut(remember(NettyChannelBuilder.forAddress("127.0.0.1", server.port())
                .usePlaintext()
                .build()));
    }

    @Test
    void tls12_isTaken_andNothingOlder() throws Exception {
        read(connect(authority.client("reader"), "TLSv1.2"));
        assertKeptOut(connect(authority.client("reader"), "TLSv1.1"));
    }

    @Test
    void withoutTls_thereIsNoPort() throws Exception {
        try (GrpcServer plain =
                GrpcServer.start(dir.resolve("plain.sock"), new SampleState(), new SampleFlows(), new SampleHealth())) {
            assertEquals(0, plain.port());
        }
    }

    @Test
    void aPortThatIsTaken_isNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            TlsListener tls = authority.listener(dir, ROLES);
            ListenAddress address = new ListenAddress(InetAddress.getLoopbackAddress(), taken.getLocalPort());
            IOException e = assertThrows(
                    IOException.class,
                    () -> serve(new TlsListener(address, tls.certificate(), tls.key(), tls.clientCa(), ROLES)));
            String message = String.valueOf(e.getMessage());
            assertTrue(message.startsWith("API on " + address + ": "), message);
            assertTrue(message.contains("Address already in use"), message);
            assertTrue(message.endsWith(": set thresher.api.tls.listen to another address or port"), message);
        }
    }
}
