// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.GetCountersResponse;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.GetStateResponse;
import dev.thresher.api.v1.WatchCountersRequest;
import dev.thresher.api.v1.WatchCountersResponse;
import dev.thresher.api.v1.WatchStateRequest;
import dev.thresher.api.v1.WatchStateResponse;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.state.DaemonState;
import dev.thresher.daemon.state.StateSource;
import dev.thresher.daemon.state.VipState;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/** The calls about the state and the counters, once or again and again. */
final class StateCalls {
    private static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
    private static final Duration LONGEST_INTERVAL = Duration.ofHours(1);

    private final StateSource source;
    private final Clock clock;
    private final Timer timer;
    private final Executor executor;
    private final WatchLimit limit;
    private final Set<RepeatedAnswer<?>> watches = ConcurrentHashMap.newKeySet();

    /** @param executor where the answers to those who watch are made */
    StateCalls(StateSource source, Clock clock, Timer timer, Executor executor, WatchLimit limit) {
        this.source = source;
        this.clock = clock;
        this.timer = timer;
        this.executor = executor;
        this.limit = limit;
    }

    GetStateResponse state(GetStateRequest request) {
        VipPage page = VipPage.of(request.getPageSize(), request.getPageToken());
        VipKey vip = FlowRequests.vipIfAny(request.getVip());
        DaemonState state = source.snapshot();
        List<VipState> wanted = VipPage.only(vip, state.vips(), VipState::key);
        List<VipState> part = page.cut(wanted, VipState::key);
        return GetStateResponse.newBuilder()
                .setState(StateEncoder.encode(state, part))
                .setNextPageToken(VipPage.next(part, wanted, VipState::key))
                .build();
    }

    GetCountersResponse counters() {
        return GetCountersResponse.newBuilder().addAllCounters(allCounters()).build();
    }

    void watch(WatchStateRequest request, ServerCallStreamObserver<WatchStateResponse> caller) {
        start(
                new RepeatedAnswer.Question<>(
                        "WatchState",
                        () -> WatchStateResponse.newBuilder()
                                .setState(StateEncoder.encode(source.snapshot()))
                                .build()),
                request.hasInterval() ? interval(request.getInterval()) : DEFAULT_INTERVAL,
                caller);
    }

    void watch(WatchCountersRequest request, ServerCallStreamObserver<WatchCountersResponse> caller) {
        start(
                new RepeatedAnswer.Question<>("WatchCounters", () -> {
                    Instant now = clock.instant();
                    return WatchCountersResponse.newBuilder()
                            .setObservedAt(StateEncoder.encode(now))
                            .addAllCounters(allCounters())
                            .build();
                }),
                request.hasInterval() ? interval(request.getInterval()) : DEFAULT_INTERVAL,
                caller);
    }

    /** Lets those who watch know that it is over. */
    void endAll() {
        watches.forEach(RepeatedAnswer::end);
    }

    private <T> void start(RepeatedAnswer.Question<T> question, Duration interval, ServerCallStreamObserver<T> caller) {
        limit.enter();
        RepeatedAnswer<T> watch = new RepeatedAnswer<>(question, interval, caller, executor, this::ended);
        watches.add(watch);
        watch.start(timer);
    }

    private void ended(RepeatedAnswer<?> watch) {
        if (watches.remove(watch)) {
            limit.leave();
        }
    }

    private List<Counter> allCounters() {
        return source.counters().stream().map(StateEncoder::encode).toList();
    }

    private static Duration interval(com.google.protobuf.Duration asked) {
        Duration interval;
        try {
            interval = Duration.ofSeconds(asked.getSeconds(), asked.getNanos());
        } catch (ArithmeticException tooLong) {
            throw refused(asked.getSeconds() + " s");
        }
        if (interval.compareTo(SHORTEST_INTERVAL) < 0 || interval.compareTo(LONGEST_INTERVAL) > 0) {
            throw refused(interval.toString());
        }
        return interval;
    }

    private static RuntimeException refused(String interval) {
        return new BadRequestException("interval", interval + " is not between 100 ms and 1 h");
    }
}
