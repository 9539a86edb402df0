// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.common.annotations.VisibleForTesting;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.CommitRuntimeResponse;
import dev.thresher.api.v1.ControlGrpc;
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
import dev.thresher.daemon.revision.Author;
import dev.thresher.daemon.revision.Change;
import dev.thresher.daemon.revision.Committed;
import dev.thresher.daemon.revision.Outcome;
import dev.thresher.daemon.revision.Past;
import dev.thresher.daemon.revision.RefusedException;
import dev.thresher.daemon.revision.Revisions;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.Closeable;
import java.util.HashSet;
import java.util.function.Supplier;

/**
 * The calls of the service {@code thresher.v1.Control}. Changes have a thread of their own: they may take their time. So do
 * plans, which every reader may ask for: one at a time, however many there are, and none keeps other calls from an answer.
 */
public final class ControlService extends ControlGrpc.ControlImplBase implements Closeable {
    /** Many more than people make at once. */
    private static final int MOST_CHANGES_WAITING = 256;

    /** Each may hold a text of megabytes. */
    static final int MOST_PLANS_WAITING = 8;

    private static final int MOST_COMMENT = 1000;

    private final Revisions revisions;
    private final WorkThread changes = new WorkThread("changes", MOST_CHANGES_WAITING);
    private final WorkThread plans;

    public ControlService(Revisions revisions) {
        this(revisions, new WorkThread("plans", MOST_PLANS_WAITING));
    }

    @VisibleForTesting
    ControlService(Revisions revisions, WorkThread plans) {
        this.revisions = revisions;
        this.plans = plans;
    }

    @Override
    public void plan(PlanRequest request, StreamObserver<PlanResponse> caller) {
        Response<PlanResponse> plan = () -> {
            Outcome outcome = revisions.plan(ChangeDecoder.change(request.getChange()), request.getExpectedRevision());
            return PlanResponse.newBuilder()
                    .setDifference(ControlEncoder.encode(outcome.difference()))
                    .setRevision(outcome.revision())
                    .build();
        };
        run(plans, "Plan", caller, plan, CallErrors::tooManyPlans);
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<ApplyResponse> caller) {
        Author author;
        try {
            author = author(request.getComment());
        } catch (BadRequestException e) {
            caller.onError(CallErrors.of("Apply", e));
            return;
        }
        change("Apply", caller, () -> {
            Change change = ChangeDecoder.change(request.getChange());
            Outcome outcome = revisions.apply(change, request.getExpectedRevision(), author);
            return ApplyResponse.newBuilder()
                    .setDifference(ControlEncoder.encode(outcome.difference()))
                    .setRevision(outcome.revision())
                    .build();
        });
    }

    @Override
    public void commitRuntime(CommitRuntimeRequest request, StreamObserver<CommitRuntimeResponse> caller) {
        Author author = author("");
        change("CommitRuntime", caller, () -> {
            Committed committed = revisions.commit(request.getExpectedRevision(), author);
            CommitRuntimeResponse.Builder response =
                    CommitRuntimeResponse.newBuilder().setRevision(committed.revision());
            committed.files().forEach(file -> response.addFiles(file.toString()));
            return response.build();
        });
    }

    @Override
    public void discardRuntime(DiscardRuntimeRequest request, StreamObserver<DiscardRuntimeResponse> caller) {
        Author author = author("");
        change("DiscardRuntime", caller, () -> {
            Change change = new Change.Discard(new HashSet<>(request.getElementsList()));
            Outcome outcome = revisions.apply(change, request.getExpectedRevision(), author);
            return DiscardRuntimeResponse.newBuilder()
                    .setDifference(ControlEncoder.encode(outcome.difference()))
                    .setRevision(outcome.revision())
                    .build();
        });
    }

    @Override
    public void getRuntime(GetRuntimeRequest request, StreamObserver<GetRuntimeResponse> caller) {
        answer("GetRuntime", caller, () -> {
            GetRuntimeResponse.Builder response = GetRuntimeResponse.newBuilder()
                    .setPath(revisions.runtimeFile().toString());
            revisions.runtime().forEach(change -> response.addChanges(ControlEncoder.encode(change)));
            return response.build();
        });
    }

    @Override
    public void listRevisions(ListRevisionsRequest request, StreamObserver<ListRevisionsResponse> caller) {
        answer("ListRevisions", caller, () -> RevisionPage.of(request).list(revisions.past()));
    }

    @Override
    public void getRevision(GetRevisionRequest request, StreamObserver<GetRevisionResponse> caller) {
        answer("GetRevision", caller, () -> {
            Past.Text text = revisions.past().text(request.getNumber());
            return GetRevisionResponse.newBuilder()
                    .setRevision(ControlEncoder.encode(text.revision()))
                    .setHocon(text.hocon())
                    .build();
        });
    }

    /** To be asked on the thread that the call comes in by. */
    private static Author author(String comment) {
        if (comment.length() > MOST_COMMENT) {
            throw new BadRequestException(
                    "comment", "it has " + comment.length() + " characters; " + MOST_COMMENT + " are the most");
        }
        if (comment.chars().anyMatch(Character::isISOControl)) {
            throw new BadRequestException(
                    "comment", "it has a control character, and it is to be a line of the history");
        }
        return new Author(Caller.current().name(), comment);
    }

    private interface Response<T> {
        T get() throws RefusedException;
    }

    private <T> void change(String call, StreamObserver<T> caller, Response<T> response) {
        run(changes, call, caller, response, CallErrors::stopping);
    }

    private static <T> void run(
            WorkThread thread,
            String call,
            StreamObserver<T> caller,
            Response<T> response,
            Supplier<StatusRuntimeException> refusal) {
        ServerCallStreamObserver<T> observer = (ServerCallStreamObserver<T>) caller;
        // Who gives up while it is being made does not stop it; who gave up before does.
        observer.setOnCancelHandler(() -> {});
        boolean accepted = thread.run(() -> {
            if (!observer.isCancelled()) {
                answer(call, observer, response);
            }
        });
        if (!accepted) {
            caller.onError(refusal.get());
        }
    }

    private static <T> void answer(String call, StreamObserver<T> caller, Response<T> response) {
        T message;
        try {
            message = response.get();
        } catch (RefusedException | RuntimeException e) {
            caller.onError(CallErrors.of(call, e));
            return;
        } catch (OutOfMemoryError e) {
            caller.onError(
                    CallErrors.of(call, new IllegalStateException("the daemon has too little memory for it", e)));
            return;
        }
        caller.onNext(message);
        caller.onCompleted();
    }

    /** A change that has begun is brought to its end. */
    @Override
    public void close() {
        plans.close();
        changes.close();
    }
}
