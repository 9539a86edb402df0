// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.CommitRuntimeResponse;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.ControlGrpc.ControlBlockingStub;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.DiscardRuntimeResponse;
import dev.thresher.api.v1.GetRevisionRequest;
import dev.thresher.api.v1.GetRevisionResponse;
import dev.thresher.api.v1.GetRuntimeRequest;
import dev.thresher.api.v1.GetRuntimeResponse;
import dev.thresher.api.v1.ListRevisionsRequest;
import dev.thresher.api.v1.ListRevisionsResponse;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.PlanResponse;
import dev.thresher.api.v1.Revision;
import dev.thresher.tools.cli.DaemonClient;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The calls that change a daemon. What it refuses ends in a failure that says what to do. */
final class ControlClient {
    /** Longest a call may take: a change waits for those before it, and for the kernel. */
    static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final int MAX_PAGE = 1000;

    private final DaemonClient daemon;

    ControlClient(DaemonClient daemon) {
        this.daemon = daemon;
    }

    PlanResponse plan(PlanRequest request) {
        return call(stub -> stub.plan(request));
    }

    ApplyResponse apply(ApplyRequest request) {
        return call(stub -> stub.apply(request));
    }

    GetRevisionResponse revision(long number) {
        GetRevisionRequest request =
                GetRevisionRequest.newBuilder().setNumber(number).build();
        return call(stub -> stub.getRevision(request));
    }

    /** The newest first, at most so many. */
    List<Revision> revisions(int limit) {
        List<Revision> revisions = new ArrayList<>();
        String page = "";
        do {
            ListRevisionsRequest request = ListRevisionsRequest.newBuilder()
                    .setPageSize(Math.min(MAX_PAGE, limit - revisions.size()))
                    .setPageToken(page)
                    .build();
            ListRevisionsResponse response = call(stub -> stub.listRevisions(request));
            revisions.addAll(response.getRevisionsList());
            page = response.getNextPageToken();
        } while (!page.isEmpty() && revisions.size() < limit);
        return revisions;
    }

    GetRuntimeResponse runtime() {
        return call(stub -> stub.getRuntime(GetRuntimeRequest.getDefaultInstance()));
    }

    CommitRuntimeResponse commit(long expected) {
        CommitRuntimeRequest request =
                CommitRuntimeRequest.newBuilder().setExpectedRevision(expected).build();
        return call(stub -> stub.commitRuntime(request));
    }

    DiscardRuntimeResponse discard(List<String> names, long expected) {
        DiscardRuntimeRequest request = DiscardRuntimeRequest.newBuilder()
                .addAllElements(names)
                .setExpectedRevision(expected)
                .build();
        return call(stub -> stub.discardRuntime(request));
    }

    private <T> T call(Function<ControlBlockingStub, T> call) {
        try {
            return call.apply(daemon.stub(ControlGrpc::newBlockingStub, DEADLINE));
        } catch (StatusRuntimeException e) {
            throw Refusal.of(e).orElseGet(() -> daemon.failure(e, DEADLINE));
        }
    }
}
