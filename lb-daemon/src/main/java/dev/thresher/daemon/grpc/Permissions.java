// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import com.google.protobuf.Message;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.ThresherGrpc;
import io.grpc.MethodDescriptor;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Which role each call needs. A method that is not here is refused. */
final class Permissions {
    private static final Map<String, Function<Object, Role>> NEEDS = new HashMap<>();

    static {
        read(ThresherGrpc.getGetStateMethod());
        read(ThresherGrpc.getWatchStateMethod());
        read(ThresherGrpc.getGetCountersMethod());
        read(ThresherGrpc.getWatchCountersMethod());
        read(ThresherGrpc.getListFlowsMethod());
        read(ThresherGrpc.getGetFlowTableMethod());
        read(ThresherGrpc.getExplainMethod());
        read(ThresherGrpc.getGetHealthMethod());
        read(ThresherGrpc.getWatchHealthMethod());

        read(ControlGrpc.getPlanMethod());
        read(ControlGrpc.getListRevisionsMethod());
        read(ControlGrpc.getGetRevisionMethod());
        read(ControlGrpc.getGetRuntimeMethod());
        needs(ControlGrpc.getApplyMethod(), ApplyRequest.class, request -> change(request.getChange()));
        // What stands in files is decided by whom the files belong to.
        needs(ControlGrpc.getCommitRuntimeMethod(), Role.ADMIN);
        needs(ControlGrpc.getDiscardRuntimeMethod(), Role.ADMIN);

        read(HealthGrpc.getCheckMethod());
        read(HealthGrpc.getWatchMethod());
        read(ServerReflectionGrpc.getServerReflectionInfoMethod());
    }

    private Permissions() {}

    /**
     * The least role that may make this call, or nothing if the method is not known.
     *
     * @param method its full name
     */
    static Optional<Role> needed(String method, Object request) {
        return Optional.ofNullable(NEEDS.get(method)).map(needs -> needs.apply(request));
    }

    static boolean knows(String method) {
        return NEEDS.containsKey(method);
    }

    private static Role change(Change change) {
        return switch (change.getKindCase()) {
            case EDITS ->
                change.getEdits().getEditsList().stream()
                        .map(Permissions::edit)
                        .max(Role::compareTo)
                        .orElse(Role.OPERATE);
            case TEXT, ROLLBACK, KIND_NOT_SET -> Role.ADMIN;
        };
    }

    /** Which services there are is one thing, by which real servers they are served another. */
    private static Role edit(Edit edit) {
        return switch (edit.getKindCase()) {
            case ADD_REAL, REMOVE_REAL, SET_WEIGHT, DRAIN, UNDRAIN, MAINTENANCE -> Role.OPERATE;
            case ADD_VIP, REMOVE_VIP, KIND_NOT_SET -> Role.ADMIN;
        };
    }

    private static void read(MethodDescriptor<?, ?> method) {
        needs(method, Role.READ);
    }

    private static void needs(MethodDescriptor<?, ?> method, Role role) {
        NEEDS.put(method.getFullMethodName(), request -> role);
    }

    private static <Q extends Message> void needs(
            MethodDescriptor<Q, ?> method, Class<Q> type, Function<Q, Role> role) {
        NEEDS.put(method.getFullMethodName(), request -> role.apply(type.cast(request)));
    }
}
