// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.ExplainRequest;
import dev.thresher.api.v1.ExplainResponse;
import dev.thresher.api.v1.Flow;
import dev.thresher.api.v1.GetCountersRequest;
import dev.thresher.api.v1.GetFlowTableRequest;
import dev.thresher.api.v1.GetFlowTableResponse;
import dev.thresher.api.v1.GetHealthRequest;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.ListFlowsRequest;
import dev.thresher.api.v1.ListFlowsResponse;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.ThresherGrpc;
import dev.thresher.api.v1.ThresherGrpc.ThresherBlockingStub;
import dev.thresher.api.v1.WatchHealthRequest;
import dev.thresher.api.v1.WatchHealthResponse;
import dev.thresher.api.v1.WatchStateRequest;
import io.grpc.Channel;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.AbstractBlockingStub;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** A connection to a daemon. A call answers within {@link #DEADLINE} or ends in a {@link CommandFailure}. */
public final class DaemonClient implements AutoCloseable {
    /** Longest a call may take. */
    public static final Duration DEADLINE = Duration.ofSeconds(5);

    /** The same for a list that may have tens of millions of rows. */
    public static final Duration LISTING_DEADLINE = Duration.ofMinutes(10);

    /** 65,536 members are some 10 MiB; gRPC's default of 4 MiB would refuse them. */
    private static final int MAX_MESSAGE_BYTES = 64 << 20;

    /** Details of an error come in the trailers; gRPC's default of 8 KiB makes another error of it if they are more. */
    private static final int MAX_METADATA_BYTES = 64 << 10;

    private final DaemonAddress address;
    private final Duration deadline;
    private final EventLoopGroup eventLoop;
    private final ManagedChannel channel;

    /** For tests that cannot wait. */
    DaemonClient(DaemonAddress address, Duration deadline) {
        this.address = address;
        this.deadline = deadline;
        eventLoop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        channel = address.channel()
                .eventLoopGroup(eventLoop)
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .directExecutor()
                .build();
    }

    /** Connects to a daemon on this host when the first call is made. */
    public static DaemonClient connect(Path socket) {
        return connect(new UnixAddress(socket));
    }

    static DaemonClient connect(DaemonAddress address) {
        return new DaemonClient(address, DEADLINE);
    }

    /** A consistent picture of the daemon, its VIPs and their members. */
    public State state() {
        return call(stub -> stub.getState(GetStateRequest.getDefaultInstance())).getState();
    }

    /**
     * Passes pictures of the state on, one at once and one at each interval, until {@code wanted} answers that it has seen
     * enough or the daemon ends.
     */
    public void watchState(Duration interval, Predicate<State> wanted) {
        WatchStateRequest request = WatchStateRequest.newBuilder()
                .setInterval(com.google.protobuf.Duration.newBuilder()
                        .setSeconds(interval.toSeconds())
                        .setNanos(interval.toNanosPart()))
                .build();
        follow(
                () -> ThresherGrpc.newBlockingStub(channel).watchState(request),
                message -> wanted.test(message.getState()));
    }

    /** The data plane's global counters. */
    public List<Counter> counters() {
        return call(stub -> stub.getCounters(GetCountersRequest.getDefaultInstance()))
                .getCountersList();
    }

    /** How many flows the connection table has, counted now. */
    public GetFlowTableResponse flowTable() {
        return call(stub -> stub.getFlowTable(GetFlowTableRequest.getDefaultInstance()));
    }

    /** Where packets of a client go, and why. */
    public ExplainResponse explain(ExplainRequest request) {
        return call(stub -> stub.explain(request));
    }

    /** What is known about the members' health. */
    public GetHealthResponse health(GetHealthRequest request) {
        return call(stub -> stub.getHealth(request));
    }

    /** Passes changes of health on as they happen, until {@code wanted} answers that it has seen enough. */
    public void watchHealth(WatchHealthRequest request, Predicate<WatchHealthResponse> wanted) {
        follow(() -> ThresherGrpc.newBlockingStub(channel).watchHealth(request), wanted);
    }

    private <T> void follow(Supplier<Iterator<T>> call, Predicate<T> wanted) {
        // A call that nobody reads to its end goes on until its context ends.
        try (CancellableContext watching = Context.current().withCancellation()) {
            watching.run(() -> {
                Iterator<T> messages = call.get();
                boolean more = true;
                while (more && messages.hasNext()) {
                    more = wanted.test(messages.next());
                }
            });
        } catch (StatusRuntimeException e) {
            throw failure(e, deadline);
        }
    }

    /**
     * Passes flows on as they come in, for as long as {@code wanted} answers that it wants more. They may be many: this
     * call may take up to {@link #LISTING_DEADLINE}.
     *
     * @return whether there are more flows than the request's limit
     */
    public boolean flows(ListFlowsRequest request, Predicate<List<Flow>> wanted) {
        try {
            Iterator<ListFlowsResponse> messages = stub(LISTING_DEADLINE).listFlows(request);
            boolean truncated = false;
            while (messages.hasNext()) {
                ListFlowsResponse message = messages.next();
                truncated |= message.getTruncated();
                if (!wanted.test(message.getFlowsList())) {
                    break;
                }
            }
            return truncated;
        } catch (StatusRuntimeException e) {
            throw failure(e, LISTING_DEADLINE);
        }
    }

    @Override
    public void close() {
        channel.shutdownNow();
        eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private <T> T call(Function<ThresherBlockingStub, T> call) {
        try {
            return call.apply(stub(deadline));
        } catch (StatusRuntimeException e) {
            throw failure(e, deadline);
        }
    }

    private ThresherBlockingStub stub(Duration limit) {
        return stub(ThresherGrpc::newBlockingStub, limit);
    }

    /** For a call of another service of the daemon, which may take so long. */
    public <S extends AbstractBlockingStub<S>> S stub(Function<Channel, S> service, Duration limit) {
        return service.apply(channel).withDeadlineAfter(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Says why a call that might take so long failed, and what to do about it. */
    public CommandFailure failure(StatusRuntimeException e, Duration limit) {
        String description = e.getStatus().getDescription();
        if (description != null && e.getStatus().getCode() == Status.Code.INVALID_ARGUMENT) {
            return CommandFailure.invalid(description);
        }
        if (description != null && e.getStatus().getCode() == Status.Code.NOT_FOUND) {
            return CommandFailure.failed(description, e);
        }
        return CommandFailure.failed(FailedCall.explain(e.getStatus(), address, limit), e);
    }
}
