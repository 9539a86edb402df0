// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Duration;
import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.CounterKind;
import dev.thresher.api.v1.GetCountersRequest;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.api.v1.Vip;
import dev.thresher.api.v1.XdpMode;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.StateSource;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class GrpcServerTest {
    @TempDir
    Path dir;

    private Path socket;
    private EventLoopGroup clientLoop;
    private ManagedChannel channel;
    private @Nullable GrpcServer running;

    @BeforeEach
    void connect() {
        socket = dir.resolve("run/edge.sock");
        clientLoop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollDomainSocketChannel.class, DomainSocketAddress.class)
                .eventLoopGroup(clientLoop)
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .usePlaintext()
                .overrideAuthority("localhost")
                .build();
    }

    @AfterEach
    void disconnect() throws InterruptedException {
        if (running != null) {
            running.close();
        }
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        clientLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }

    @Test
    void getState_tellsOfDaemonVipsAndMembers() throws IOException {
        serve(new SampleState());
        State state = ThresherGrpc.newBlockingStub(channel)
                .getState(GetStateRequest.getDefaultInstance())
                .getState();

        assertEquals(SampleState.NOW.getEpochSecond(), state.getObservedAt().getSeconds());
        assertEquals("edge", state.getDaemon().getInstance());
        assertEquals(ProcessHandle.current().pid(), state.getDaemon().getPid());
        assertEquals(XdpMode.XDP_MODE_GENERIC, state.getDaemon().getXdpMode());
        assertEquals("02:00:00:00:00:01", state.getDaemon().getNextHop().getMac());
        assertEquals(List.of("generic mode is slow"), state.getDaemon().getWarningsList());

        Vip vip = state.getVips(0);
        assertEquals("[2001:db8::1]:80/tcp", vip.getKey());
        assertEquals("2001:db8::1", vip.getAddress());
        assertEquals("1/2", vip.getMembersUp() + "/" + vip.getMembersTotal());
        assertEquals(1_000, vip.getTraffic().getBytes());
        assertEquals(7, vip.getDrops());

        Member up = vip.getMembers(0);
        assertEquals("10.0.0.2", up.getReal());
        assertEquals(HealthState.HEALTH_STATE_UP, up.getHealth().getState());
        assertEquals(Duration.newBuilder().setSeconds(1).setNanos(250_000_000).build(), up.getLastProbeAge());

        Member down = vip.getMembers(1);
        assertEquals("fd00::3", down.getReal());
        assertEquals(0, down.getEffectiveWeight());
        assertEquals("connection refused", down.getHealth().getReason());
        assertFalse(down.hasLastProbeAge());
    }

    @Test
    void getCounters_keepsNamesAndOrder() throws IOException {
        serve(new SampleState());
        List<Counter> counters = ThresherGrpc.newBlockingStub(channel)
                .getCounters(GetCountersRequest.getDefaultInstance())
                .getCountersList();

        assertEquals(
                List.of("tx", "no_member"),
                counters.stream().map(Counter::getName).toList());
        assertEquals(CounterKind.COUNTER_KIND_DROP_REASON, counters.get(1).getKind());
        assertEquals(7, counters.get(1).getPackets());
    }

    @Test
    void aSourceThatFails_isAnInternalErrorWithItsReason() throws IOException {
        StateSource failing = source(() -> {
            throw new IllegalStateException("map members: EBADF");
        });
        serve(failing);
        StatusRuntimeException e = assertThrows(
                StatusRuntimeException.class,
                () -> ThresherGrpc.newBlockingStub(channel).getState(GetStateRequest.getDefaultInstance()));

        assertEquals(Status.Code.INTERNAL, e.getStatus().getCode());
        assertTrue(String.valueOf(e.getMessage()).contains("map members: EBADF"), e.getMessage());
    }

    @Test
    void healthService_servesOnceTheServerIsReady() throws IOException {
        GrpcServer server = serve(new SampleState());
        for (String service : List.of("", ThresherGrpc.SERVICE_NAME)) {
            assertEquals(ServingStatus.NOT_SERVING, health(service), service);
        }
        server.ready();
        for (String service : List.of("", ThresherGrpc.SERVICE_NAME)) {
            assertEquals(ServingStatus.SERVING, health(service), service);
        }
    }

    private ServingStatus health(String service) {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    @Test
    void reflection_listsEveryService() throws Exception {
        serve(new SampleState());
        assertEquals(
                Set.of(ThresherGrpc.SERVICE_NAME, HealthGrpc.SERVICE_NAME, ServerReflectionGrpc.SERVICE_NAME),
                listServices());
    }

    @Test
    void theCaller_isTheUserAtTheOtherEndOfTheSocket() throws IOException {
        CompletableFuture<Caller> caller = new CompletableFuture<>();
        serve(source(() -> {
            caller.complete(Caller.current());
            return new SampleState().snapshot();
        }));
        var ignored = ThresherGrpc.newBlockingStub(channel).getState(GetStateRequest.getDefaultInstance());

        assertEquals(new Caller("root (uid 0)", Role.ADMIN), caller.join());
    }

    @Test
    void outsideACall_thereIsNoCaller() {
        assertThrows(IllegalStateException.class, Caller::current);
    }

    @Test
    void socket_isForOwnerAndGroupOnly() throws IOException {
        serve(new SampleState());
        assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)));
    }

    @Test
    void close_removesTheSocketAndLetsARunningCallFinish() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        GrpcServer server = serve(source(() -> {
            called.countDown();
            await(release);
            return new SampleState().snapshot();
        }));
        Future<?> call = ThresherGrpc.newFutureStub(channel).getState(GetStateRequest.getDefaultInstance());
        await(called);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(server::close);
        release.countDown();

        call.get();
        closing.get();
        assertFalse(Files.exists(socket));
    }

    @Test
    void close_cancelsACallThatDoesNotEnd() throws Exception {
        CountDownLatch called = new CountDownLatch(1);
        GrpcServer server = serve(source(() -> {
            called.countDown();
            await(new CountDownLatch(1));
            return new SampleState().snapshot();
        }));
        Future<?> call = ThresherGrpc.newFutureStub(channel).getState(GetStateRequest.getDefaultInstance());
        await(called);
        server.close();

        ExecutionException e = assertThrows(ExecutionException.class, call::get);
        assertEquals(Status.Code.CANCELLED, Status.fromThrowable(e).getCode());
        assertFalse(Files.exists(socket));
    }

    private GrpcServer serve(StateSource source) throws IOException {
        running = GrpcServer.start(socket, source, new SampleFlows(), new SampleHealth());
        return running;
    }

    private Set<String> listServices() throws Exception {
        CompletableFuture<Set<String>> services = new CompletableFuture<>();
        StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(channel)
                .serverReflectionInfo(new StreamObserver<ServerReflectionResponse>() {
                    @Override
                    public void onNext(ServerReflectionResponse response) {
                        services.complete(response.getListServicesResponse().getServiceList().stream()
                                .map(ServiceResponse::getName)
                                .collect(Collectors.toSet()));
                    }

                    @Override
                    public void onError(Throwable failure) {
                        services.completeExceptionally(failure);
                    }

                    @Override
                    public void onCompleted() {}
                });
        requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
        Set<String> names = services.get();
        requests.onCompleted();
        return names;
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static StateSource source(Supplier<DaemonState> snapshot) {
        return new StateSource() {
            @Override
            public DaemonState snapshot() {
                return snapshot.get();
            }

            @Override
            public List<dev.thresher.daemon.state.Counter> counters() {
                return List.of();
            }
        };
    }
}
