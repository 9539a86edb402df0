// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.WrongRevision;
import dev.thresher.config.ConfigError;
import dev.thresher.daemon.flows.QueryException;
import dev.thresher.daemon.revision.RefusedException;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in the terms of gRPC why a call is not answered or a change not made, with details that programs can read. */
final class CallErrors {
    private static final Logger LOG = LoggerFactory.getLogger(CallErrors.class);

    /**
     * What a refusal may take of the trailers, of which clients take 8 KiB by default. The message stands there twice: by itself,
     * percent-encoded, and in the details, in Base64.
     */
    private static final int MOST_MESSAGE_BYTES = 1200;

    private static final int MOST_DETAIL_BYTES = 1800;

    private static final int MOST_FIELD_BYTES = 300;

    private CallErrors() {}

    static StatusRuntimeException of(String call, Exception e) {
        if (e instanceof StatusRuntimeException status) {
            return status;
        }
        if (e instanceof BadRequestException bad) {
            return invalid(bad.getMessage(), List.of(bad.problem()));
        }
        if (e instanceof RefusedException refusal) {
            return of(refusal);
        }
        if (e instanceof QueryException query) {
            return status(query.isNotFound() ? Code.NOT_FOUND : Code.INVALID_ARGUMENT, query.getMessage());
        }
        // gRPC tells the caller of an exception no more than UNKNOWN; an operator's tool ought to say what happened.
        LOG.error("{} failed", call, e);
        return io.grpc.Status.INTERNAL
                .withDescription(call + " failed: " + e)
                .withCause(e)
                .asRuntimeException();
    }

    /** The daemon ends, or has more to do than anybody could mean. */
    static StatusRuntimeException stopping() {
        return io.grpc.Status.UNAVAILABLE
                .withDescription("the daemon takes no more changes at the moment: it stops, or too many are waiting")
                .asRuntimeException();
    }

    static StatusRuntimeException tooManyPlans() {
        return io.grpc.Status.RESOURCE_EXHAUSTED
                .withDescription("the daemon makes one plan at a time, and " + ControlService.MOST_PLANS_WAITING
                        + " are waiting already: try again in a while")
                .asRuntimeException();
    }

    static StatusRuntimeException tooManyWatches() {
        return io.grpc.Status.RESOURCE_EXHAUSTED
                .withDescription("the daemon serves " + WatchLimit.MOST
                        + " watches at a time: end one (thresher … --watch, thresher top), or look without watching")
                .asRuntimeException();
    }

    private static StatusRuntimeException of(RefusedException refusal) {
        return switch (refusal.reason()) {
            case INVALID -> invalid(refusal.getMessage(), refusal.problems());
            case NOT_FOUND -> status(Code.NOT_FOUND, refusal.getMessage());
            case WRONG_REVISION ->
                status(
                        Code.ABORTED,
                        refusal.getMessage(),
                        WrongRevision.newBuilder()
                                .setCurrentRevision(refusal.revision())
                                .build());
            case IMPOSSIBLE -> status(Code.FAILED_PRECONDITION, refusal.getMessage());
        };
    }

    private static StatusRuntimeException invalid(@Nullable String message, List<ConfigError> problems) {
        InvalidConfig.Builder detail = InvalidConfig.newBuilder();
        int room = MOST_DETAIL_BYTES;
        for (ConfigError problem : problems) {
            ConfigProblem encoded = StateEncoder.encode(problem);
            room -= encoded.getSerializedSize();
            if (room < 0) {
                break;
            }
            detail.addProblems(encoded);
        }
        if (detail.getProblemsCount() == 0 && !problems.isEmpty()) {
            detail.addProblems(StateEncoder.encode(shortened(problems.get(0))));
        }
        detail.setOmitted(problems.size() - detail.getProblemsCount());
        return status(Code.INVALID_ARGUMENT, message, detail.build());
    }

    private static ConfigError shortened(ConfigError problem) {
        return new ConfigError(
                shortened(problem.file(), MOST_FIELD_BYTES),
                problem.line(),
                shortened(problem.path(), MOST_FIELD_BYTES),
                problem.value() == null ? null : shortened(problem.value(), MOST_FIELD_BYTES),
                shortened(problem.message(), MOST_MESSAGE_BYTES));
    }

    /** As much of a message as fits, once everything but printable ASCII has become three bytes each of UTF-8. */
    private static String shortened(String message, int most) {
        int bytes = 0;
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            bytes += c >= ' ' && c <= '~' && c != '%' ? 1 : c < 0x80 ? 3 : 9;
            if (bytes > most) {
                return message.substring(0, i) + " …";
            }
        }
        return message;
    }

    private static StatusRuntimeException status(Code code, @Nullable String message, Message... details) {
        Status.Builder status = Status.newBuilder()
                .setCode(code.value())
                .setMessage(shortened(String.valueOf(message), MOST_MESSAGE_BYTES));
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
