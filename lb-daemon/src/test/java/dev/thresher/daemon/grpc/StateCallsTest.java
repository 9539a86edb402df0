// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Duration;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.GetStateResponse;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.api.v1.ThresherGrpc.ThresherBlockingStub;
import dev.thresher.api.v1.WatchCountersRequest;
import dev.thresher.api.v1.WatchCountersResponse;
import dev.thresher.api.v1.WatchStateRequest;
import dev.thresher.api.v1.WatchStateResponse;
import dev.thresher.daemon.DaemonChannel;
import dev.thresher.daemon.state.Counter;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.StateSource;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The calls that answer again and again, by way of the socket. */
@Timeout(60)
class StateCallsTest {
    private static final Duration SHORTEST =
            Duration.newBuilder().setNanos(100_000_000).build();

    @TempDir
    Path dir;

    /** Each look finds another second. */
    private final AtomicInteger looks = new AtomicInteger();

    private DaemonChannel daemon;
    private GrpcServer server;

    @BeforeEach
    void serve() throws IOException {
        server = GrpcServer.start(dir.resolve("edge.sock"), moving(), new SampleFlows(), new SampleHealth());
        daemon = new DaemonChannel(server.socket());
    }

    @AfterEach
    void stop() {
        server.close();
        daemon.close();
    }

    private StateSource moving() {
        SampleState sample = new SampleState();
        return new StateSource() {
            @Override
            public DaemonState snapshot() {
                DaemonState state = sample.snapshot();
                return new DaemonState(
                        state.observedAt().plusSeconds(looks.getAndIncrement()),
                        state.daemon(),
                        state.flows(),
                        state.vips(),
                        state.config());
            }

            @Override
            public List<Counter> counters() {
                return List.of(new Counter("tx", Counter.Kind.VERDICT, looks.getAndIncrement(), "sent"));
            }
        };
    }

    private ThresherBlockingStub stub() {
        return ThresherGrpc.newBlockingStub(daemon.channel());
    }

    private Iterator<WatchStateResponse> watchState(Duration interval) {
        return stub().watchState(
                        WatchStateRequest.newBuilder().setInterval(interval).build());
    }

    @Test
    void getState_ofOneVip_orByPages_hasThoseAlone() {
        String vip = "[2001:db8::1]:80/tcp";
        GetStateResponse one =
                stub().getState(GetStateRequest.newBuilder().setVip(vip).build());
        assertEquals(vip, one.getState().getVips(0).getKey());
        GetStateResponse last =
                stub().getState(GetStateRequest.newBuilder().setPageSize(1).build());
        assertEquals(1, last.getState().getVipsCount());
        assertEquals("", last.getNextPageToken());
        GetStateResponse none =
                stub().getState(GetStateRequest.newBuilder().setPageToken(vip).build());
        assertEquals(0, none.getState().getVipsCount());
        assertEquals("edge", none.getState().getDaemon().getInstance());
    }

    @Test
    void whatIsRefused_comesWithItsField() throws InvalidProtocolBufferException {
        StatusRuntimeException e = assertThrows(
                StatusRuntimeException.class,
                () -> stub().getState(GetStateRequest.newBuilder().setVip("web").build()));
        assertEquals(Status.Code.INVALID_ARGUMENT, e.getStatus().getCode());
        com.google.rpc.Status status = StatusProto.fromThrowable(e);
        InvalidConfig detail = status.getDetails(0).unpack(InvalidConfig.class);
        assertEquals("vip", detail.getProblems(0).getPath());
    }

    @Test
    void watchState_looksAnewEachTime() {
        Iterator<WatchStateResponse> answers = watchState(SHORTEST);
        long first = answers.next().getState().getObservedAt().getSeconds();
        assertEquals(SampleState.NOW.getEpochSecond(), first);
        assertEquals(first + 1, answers.next().getState().getObservedAt().getSeconds());
        assertEquals(first + 2, answers.next().getState().getObservedAt().getSeconds());
    }

    @Test
    void watchState_answersAtOnce_whateverTheInterval() {
        Duration hour = Duration.newBuilder().setSeconds(3600).build();
        assertEquals(1, watchState(hour).next().getState().getVipsCount());
        assertEquals(
                1,
                stub().watchState(WatchStateRequest.getDefaultInstance())
                        .next()
                        .getState()
                        .getVipsCount());
    }

    @Test
    void watchCounters_looksAnewEachTime() {
        Iterator<WatchCountersResponse> answers = stub().watchCounters(
                        WatchCountersRequest.newBuilder().setInterval(SHORTEST).build());
        WatchCountersResponse first = answers.next();
        WatchCountersResponse second = answers.next();
        assertEquals("tx", first.getCounters(0).getName());
        assertEquals(0, first.getCounters(0).getPackets());
        assertEquals(1, second.getCounters(0).getPackets());
        assertFalse(second.getObservedAt().getSeconds() < first.getObservedAt().getSeconds());
    }

    @Test
    void intervals_outOfBounds_areRefused() {
        Duration[] intervals = {
            Duration.newBuilder().setNanos(99_999_999).build(),
            Duration.newBuilder().setSeconds(-1).build(),
            Duration.newBuilder().setSeconds(3600).setNanos(1).build(),
            Duration.newBuilder()
                    .setSeconds(Long.MAX_VALUE)
                    .setNanos(1_000_000_000)
                    .build(),
        };
        for (Duration interval : intervals) {
            WatchCountersRequest counters =
                    WatchCountersRequest.newBuilder().setInterval(interval).build();
            for (Iterator<?> answers : List.of(watchState(interval), stub().watchCounters(counters))) {
                StatusRuntimeException e = assertThrows(StatusRuntimeException.class, answers::next);
                assertEquals(Status.Code.INVALID_ARGUMENT, e.getStatus().getCode());
                String text = String.valueOf(e.getStatus().getDescription());
                assertEquals("interval: ", text.substring(0, 10));
                assertEquals(" is not between 100 ms and 1 h", text.substring(text.indexOf(" is ")));
            }
        }
        assertEquals(0, looks.get());
    }

    @Test
    void aCallerThatGoes_isNotLookedForAnyMore() {
        try (CancellableContext gone = Context.current().withCancellation()) {
            gone.run(() -> watchState(SHORTEST).next());
        }
        Iterator<WatchStateResponse> other = watchState(SHORTEST);
        // Whether the first call has ended shows when looks are the other's alone, one after the other.
        int alone = 0;
        long last = other.next().getState().getObservedAt().getSeconds();
        while (alone < 3) {
            long next = other.next().getState().getObservedAt().getSeconds();
            alone = next == last + 1 ? alone + 1 : 0;
            last = next;
        }
    }

    @Test
    void close_endsWatchesAtOnce() {
        Iterator<WatchStateResponse> answers =
                watchState(Duration.newBuilder().setSeconds(3600).build());
        answers.next();
        server.close();
        assertFalse(answers.hasNext());
    }

    @Test
    void watches_areNoMoreThanTheirLimit_andMakeRoomAtTheirEnd() {
        List<CancellableContext> watching = new ArrayList<>();
        try {
            for (int i = 0; i < WatchLimit.MOST; i++) {
                CancellableContext context = Context.current().withCancellation();
                watching.add(context);
                context.run(
                        () -> watchState(Duration.newBuilder().setSeconds(3600).build())
                                .next());
            }
            StatusRuntimeException refusal = assertThrows(
                    StatusRuntimeException.class, () -> watchState(SHORTEST).next());
            assertEquals(Status.Code.RESOURCE_EXHAUSTED, refusal.getStatus().getCode());

            watching.remove(0).cancel(null);
            // The daemon hears of it a moment later.
            while (!watches()) {
                Thread.onSpinWait();
            }
        } finally {
            watching.forEach(context -> context.cancel(null));
        }
    }

    private boolean watches() {
        try (CancellableContext context = Context.current().withCancellation()) {
            context.run(() -> watchState(SHORTEST).next());
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }
}
