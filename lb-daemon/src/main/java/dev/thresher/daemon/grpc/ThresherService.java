// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.api.v1.GetCountersRequest;
import dev.thresher.api.v1.GetCountersResponse;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.GetStateResponse;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.daemon.state.StateSource;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls of the service {@code thresher.v1.Thresher}. */
final class ThresherService extends ThresherGrpc.ThresherImplBase {
    private static final Logger LOG = LoggerFactory.getLogger(ThresherService.class);

    private final StateSource source;

    ThresherService(StateSource source) {
        this.source = source;
    }

    @Override
    public void getState(GetStateRequest request, StreamObserver<GetStateResponse> caller) {
        answer(
                "GetState",
                caller,
                () -> GetStateResponse.newBuilder()
                        .setState(StateEncoder.encode(source.snapshot()))
                        .build());
    }

    @Override
    public void getCounters(GetCountersRequest request, StreamObserver<GetCountersResponse> caller) {
        answer("GetCounters", caller, () -> {
            GetCountersResponse.Builder response = GetCountersResponse.newBuilder();
            source.counters().forEach(counter -> response.addCounters(StateEncoder.encode(counter)));
            return response.build();
        });
    }

    /** gRPC tells the caller of an exception no more than UNKNOWN; an operator's tool ought to say what happened. */
    private static <T> void answer(String call, StreamObserver<T> caller, Supplier<T> response) {
        T message;
        try {
            message = response.get();
        } catch (RuntimeException e) {
            LOG.error("{} failed", call, e);
            caller.onError(Status.INTERNAL
                    .withDescription(call + " failed: " + e)
                    .withCause(e)
                    .asRuntimeException());
            return;
        }
        caller.onNext(message);
        caller.onCompleted();
    }
}
