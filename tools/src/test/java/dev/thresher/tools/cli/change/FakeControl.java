// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.rpc.Status;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.ChangedElement;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.CommitRuntimeResponse;
import dev.thresher.api.v1.ControlGrpc.ControlImplBase;
import dev.thresher.api.v1.Difference;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.DiscardRuntimeResponse;
import dev.thresher.api.v1.GetRevisionRequest;
import dev.thresher.api.v1.GetRevisionResponse;
import dev.thresher.api.v1.GetRuntimeRequest;
import dev.thresher.api.v1.GetRuntimeResponse;
import dev.thresher.api.v1.ListRevisionsRequest;
import dev.thresher.api.v1.ListRevisionsResponse;
import dev.thresher.api.v1.MovedFlows;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.PlanResponse;
import dev.thresher.api.v1.Revision;
import dev.thresher.api.v1.RuntimeChange;
import io.grpc.Server;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A daemon whose revision 12 is in force, and for which every change is the same one: it keeps what it is asked, and
 * answers it, or refuses.
 */
final class FakeControl extends ControlImplBase implements AutoCloseable {
    static final Difference DIFFERENCE = Difference.newBuilder()
            .addElements(ChangedElement.newBuilder()
                    .setName("real 10.0.0.2 in pool web")
                    .setBefore("order = serve\nweight = 2\n")
                    .setAfter("order = drain\nweight = 2\n"))
            .addElements(ChangedElement.newBuilder()
                    .setName("vip 203.0.113.11:80/tcp")
                    .setAfter("pool = web\n"))
            .addElements(ChangedElement.newBuilder()
                    .setName("real 10.0.0.4 in pool web")
                    .setBefore("weight = 1\n"))
            .addVips(MovedFlows.newBuilder().setVip("203.0.113.10:80/tcp").setShare(0.25))
            .addWarnings("pool web has one real server left")
            .build();

    private static final Timestamp NOON =
            Timestamp.newBuilder().setSeconds(1_772_366_400).build();

    private final List<Message> requests = new CopyOnWriteArrayList<>();
    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    private final Server server;
    private volatile Difference difference = DIFFERENCE;
    private volatile @Nullable StatusRuntimeException refusal;
    private volatile List<RuntimeChange> runtime = List.of();

    FakeControl(Path socket) throws IOException {
        server = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                .bossEventLoopGroup(loop)
                .workerEventLoopGroup(loop)
                .withChildOption(ChannelOption.SO_KEEPALIVE, null)
                .addService(this)
                .build()
                .start();
    }

    /** What it was asked, in that order. */
    List<Message> requests() {
        return requests;
    }

    /** From now on, nothing changes anything. */
    void isAsWanted() {
        difference = Difference.getDefaultInstance();
    }

    /** From now on, it refuses everything. */
    void refuse(Code code, String message, Message... details) {
        Status.Builder status = Status.newBuilder().setCode(code.value()).setMessage(message);
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        refusal = StatusProto.toStatusRuntimeException(status.build());
    }

    void hasChangedAtRuntime(RuntimeChange... changes) {
        runtime = List.of(changes);
    }

    private <T> void answer(Message request, StreamObserver<T> caller, T response) {
        requests.add(request);
        StatusRuntimeException refused = refusal;
        if (refused != null) {
            caller.onError(refused);
        } else {
            caller.onNext(response);
            caller.onCompleted();
        }
    }

    @Override
    public void plan(PlanRequest request, StreamObserver<PlanResponse> caller) {
        answer(
                request,
                caller,
                PlanResponse.newBuilder()
                        .setDifference(difference)
                        .setRevision(12)
                        .build());
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<ApplyResponse> caller) {
        boolean same = difference.getElementsCount() == 0;
        answer(
                request,
                caller,
                ApplyResponse.newBuilder()
                        .setDifference(difference)
                        .setRevision(same ? 12 : 13)
                        .build());
    }

    @Override
    public void listRevisions(ListRevisionsRequest request, StreamObserver<ListRevisionsResponse> caller) {
        int newest = request.getPageToken().isEmpty() ? 12 : Integer.parseInt(request.getPageToken());
        int rows = Math.min(newest, Math.min(2, request.getPageSize()));
        List<Revision> revisions = new ArrayList<>();
        for (int number = newest; number > newest - rows; number--) {
            revisions.add(revision(number));
        }
        answer(
                request,
                caller,
                ListRevisionsResponse.newBuilder()
                        .addAllRevisions(revisions)
                        .setNextPageToken(newest == rows ? "" : Integer.toString(newest - rows))
                        .build());
    }

    private static Revision revision(int number) {
        Revision.Builder revision = Revision.newBuilder()
                .setNumber(number)
                .setAt(NOON)
                .setWho(number == 12 ? "root (uid 0)" : "files")
                .setHow(number == 12 ? "2 edits" : "the files changed")
                .addElements("pool web");
        return number == 12
                ? revision.setComment("disk is failing")
                        .addElements("real 10.0.0.2 in pool web")
                        .addElements("real 10.0.0.3 in pool web")
                        .build()
                : revision.build();
    }

    @Override
    public void getRevision(GetRevisionRequest request, StreamObserver<GetRevisionResponse> caller) {
        answer(
                request,
                caller,
                GetRevisionResponse.newBuilder()
                        .setRevision(revision(request.getNumber() == 0 ? 12 : (int) request.getNumber()))
                        .setHocon("thresher {\n  instance = edge\n}\n")
                        .build());
    }

    @Override
    public void getRuntime(GetRuntimeRequest request, StreamObserver<GetRuntimeResponse> caller) {
        answer(
                request,
                caller,
                GetRuntimeResponse.newBuilder()
                        .setPath("/var/lib/thresher/edge/runtime.conf")
                        .addAllChanges(runtime)
                        .build());
    }

    @Override
    public void commitRuntime(CommitRuntimeRequest request, StreamObserver<CommitRuntimeResponse> caller) {
        CommitRuntimeResponse.Builder response =
                CommitRuntimeResponse.newBuilder().setRevision(12);
        if (!runtime.isEmpty()) {
            response.addFiles("/etc/thresher/thresher.conf");
        }
        answer(request, caller, response.build());
    }

    @Override
    public void discardRuntime(DiscardRuntimeRequest request, StreamObserver<DiscardRuntimeResponse> caller) {
        answer(
                request,
                caller,
                DiscardRuntimeResponse.newBuilder()
                        .setDifference(difference)
                        .setRevision(13)
                        .build());
    }

    @Override
    public void close() {
        try {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
