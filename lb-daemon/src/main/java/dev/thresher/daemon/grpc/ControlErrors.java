// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.WrongRevision;
import dev.thresher.config.ConfigError;
import dev.thresher.daemon.revision.RefusedException;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says in the terms of gRPC why a change is not made, with details that programs can read. */
final class ControlErrors {
    private ControlErrors() {}

    static StatusRuntimeException of(String call, Exception e) {
        if (e instanceof BadRequestException bad) {
            return invalid(bad.getMessage(), List.of(bad.problem()));
        }
        return e instanceof RefusedException refusal ? of(refusal) : ThresherService.failure(call, e);
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
