// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.ExplainRequest;
import dev.thresher.api.v1.ExplainResponse;
import dev.thresher.api.v1.GetCountersRequest;
import dev.thresher.api.v1.GetCountersResponse;
import dev.thresher.api.v1.GetFlowTableRequest;
import dev.thresher.api.v1.GetFlowTableResponse;
import dev.thresher.api.v1.GetHealthRequest;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.GetStateResponse;
import dev.thresher.api.v1.ListFlowsRequest;
import dev.thresher.api.v1.ListFlowsResponse;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.api.v1.WatchCountersRequest;
import dev.thresher.api.v1.WatchCountersResponse;
import dev.thresher.api.v1.WatchHealthRequest;
import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.api.v1.WatchStateRequest;
import dev.thresher.api.v1.WatchStateResponse;
import dev.thresher.daemon.flows.FlowCount;
import dev.thresher.daemon.flows.FlowCounting;
import dev.thresher.daemon.flows.FlowScan;
import dev.thresher.daemon.flows.FlowSource;
import dev.thresher.daemon.flows.QueryException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;

/** The calls of the service {@code thresher.v1.Thresher}. */
final class ThresherService extends ThresherGrpc.ThresherImplBase {
    private final StateCalls states;
    private final FlowSource flows;
    private final ScanThread scanThread;
    private final HealthCalls healths;

    ThresherService(StateCalls states, FlowSource flows, ScanThread scanThread, HealthCalls healths) {
        this.states = states;
        this.flows = flows;
        this.scanThread = scanThread;
        this.healths = healths;
    }

    @Override
    public void getState(GetStateRequest request, StreamObserver<GetStateResponse> caller) {
        answer("GetState", caller, () -> states.state(request));
    }

    @Override
    public void watchState(WatchStateRequest request, StreamObserver<WatchStateResponse> caller) {
        try {
            states.watch(request, (ServerCallStreamObserver<WatchStateResponse>) caller);
        } catch (RuntimeException e) {
            caller.onError(CallErrors.of("WatchState", e));
        }
    }

    @Override
    public void getCounters(GetCountersRequest request, StreamObserver<GetCountersResponse> caller) {
        answer("GetCounters", caller, states::counters);
    }

    @Override
    public void watchCounters(WatchCountersRequest request, StreamObserver<WatchCountersResponse> caller) {
        try {
            states.watch(request, (ServerCallStreamObserver<WatchCountersResponse>) caller);
        } catch (RuntimeException e) {
            caller.onError(CallErrors.of("WatchCounters", e));
        }
    }

    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainResponse> caller) {
        answer(
                "Explain",
                caller,
                () -> FlowEncoder.encode(
                        flows.explain(FlowRequests.client(request.getClient()), FlowRequests.vip(request.getVip()))));
    }

    @Override
    public void getHealth(GetHealthRequest request, StreamObserver<GetHealthResponse> caller) {
        answer("GetHealth", caller, () -> healths.report(request));
    }

    @Override
    public void watchHealth(WatchHealthRequest request, StreamObserver<WatchHealthResponse> caller) {
        try {
            healths.watch(request, (ServerCallStreamObserver<WatchHealthResponse>) caller);
        } catch (RuntimeException e) {
            caller.onError(CallErrors.of("WatchHealth", e));
        }
    }

    @Override
    public void listFlows(ListFlowsRequest request, StreamObserver<ListFlowsResponse> caller) {
        try {
            FlowScan scan = flows.find(FlowRequests.query(request));
            FlowListing.start(
                    scan,
                    FlowRequests.limit(request),
                    (ServerCallStreamObserver<ListFlowsResponse>) caller,
                    scanThread);
        } catch (QueryException | RuntimeException e) {
            caller.onError(CallErrors.of("ListFlows", e));
        }
    }

    @Override
    public void getFlowTable(GetFlowTableRequest request, StreamObserver<GetFlowTableResponse> caller) {
        ServerCallStreamObserver<GetFlowTableResponse> call = (ServerCallStreamObserver<GetFlowTableResponse>) caller;
        call.setOnCancelHandler(() -> {});
        FlowCounting counting = flows.count();
        scanThread.run(() -> !call.isCancelled() && countOn(counting, call));
    }

    private static boolean countOn(FlowCounting counting, StreamObserver<GetFlowTableResponse> caller) {
        try {
            Optional<FlowCount> count = counting.step();
            if (count.isEmpty()) {
                return true;
            }
            caller.onNext(FlowEncoder.encode(count.get()));
            caller.onCompleted();
        } catch (RuntimeException e) {
            caller.onError(CallErrors.of("GetFlowTable", e));
        }
        return false;
    }

    private interface Response<T> {
        T get() throws QueryException;
    }

    private static <T> void answer(String call, StreamObserver<T> caller, Response<T> response) {
        T message;
        try {
            message = response.get();
        } catch (QueryException | RuntimeException e) {
            caller.onError(CallErrors.of(call, e));
            return;
        }
        caller.onNext(message);
        caller.onCompleted();
    }
}
