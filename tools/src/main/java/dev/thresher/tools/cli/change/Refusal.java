// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.rpc.Status;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.WrongRevision;
import dev.thresher.tools.cli.CommandFailure;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Why a daemon does not make a change, and what to do about it. */
final class Refusal {
    private Refusal() {}

    /** Empty if it did not refuse, but fail. */
    static Optional<CommandFailure> of(StatusRuntimeException e) {
        String said = String.valueOf(e.getStatus().getDescription());
        return switch (e.getStatus().getCode()) {
            case INVALID_ARGUMENT -> Optional.of(CommandFailure.invalid(invalid(e, said)));
            case ABORTED -> Optional.of(CommandFailure.failed(conflict(e, said), e));
            case NOT_FOUND ->
                Optional.of(CommandFailure.failed(
                        said + "\nSee what there is with 'thresher vips', 'thresher reals' or 'thresher history'.", e));
            case RESOURCE_EXHAUSTED -> Optional.of(CommandFailure.failed(said, e));
            case FAILED_PRECONDITION ->
                Optional.of(CommandFailure.failed("this cannot be done, and nothing has changed: " + said, e));
            case DEADLINE_EXCEEDED ->
                Optional.of(CommandFailure.failed(
                        "the daemon did not answer within " + ControlClient.DEADLINE.toSeconds()
                                + "s. Whether it made the change is not known.\n"
                                + "Look with 'thresher history' before you try again.",
                        e));
            default -> Optional.empty();
        };
    }

    private static String invalid(StatusRuntimeException e, String said) {
        InvalidConfig detail = detail(e, InvalidConfig.class, InvalidConfig.getDefaultInstance());
        List<ConfigProblem> problems = detail.getProblemsList();
        String more =
                detail.getOmitted() == 0 ? "" : "\n  and " + Integer.toUnsignedString(detail.getOmitted()) + " more";
        return problems.isEmpty()
                ? said
                : "this is not valid, and nothing has changed:\n"
                        + problems.stream().map(Refusal::text).collect(Collectors.joining("\n", "", more));
    }

    private static String text(ConfigProblem problem) {
        StringBuilder text = new StringBuilder("  ");
        if (!problem.getFile().isEmpty()) {
            text.append(problem.getFile());
            if (problem.getLine() != 0) {
                text.append(':').append(Integer.toUnsignedString(problem.getLine()));
            }
            text.append(": ");
        }
        if (!problem.getPath().isEmpty()) {
            text.append(problem.getPath()).append(": ");
        }
        return text.append(problem.getMessage()).toString();
    }

    private static String conflict(StatusRuntimeException e, String said) {
        long current = detail(e, WrongRevision.class, WrongRevision.getDefaultInstance())
                .getCurrentRevision();
        return current == 0
                ? said
                : "another change came first: revision " + Long.toUnsignedString(current)
                        + " is in force. Nothing has changed.\n"
                        + "See with 'thresher history' what it was; then try"
                        + " again with"
                        + " --expect"
                        + " " + Long.toUnsignedString(current) + ".";
    }

    /** A detail of an error; {@code none} if it has no such detail, or none that can be read. */
    private static <T extends Message> T detail(StatusRuntimeException e, Class<T> type, T none) {
        Status status = StatusProto.fromThrowable(e);
        if (status == null) {
            return none;
        }
        for (Any detail : status.getDetailsList()) {
            if (detail.is(type)) {
                try {
                    return detail.unpack(type);
                } catch (InvalidProtocolBufferException unreadable) {
                    return none;
                }
            }
        }
        return none;
    }
}
