// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.Status;
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
        problems.forEach(problem -> detail.addProblems(StateEncoder.encode(problem)));
        return status(Code.INVALID_ARGUMENT, message, detail.build());
    }

    private static StatusRuntimeException status(Code code, @Nullable String message, Message... details) {
        Status.Builder status = Status.newBuilder().setCode(code.value()).setMessage(String.valueOf(message));
        for (Message detail : details) {
            status.addDetails(Any.pack(detail));
        }
        return StatusProto.toStatusRuntimeException(status.build());
    }
}
