// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.api.v1.ThresherGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class AuditTest {
    private static final ApplyRequest DRAIN = ApplyRequest.newBuilder()
            .setChange(Change.newBuilder()
                    .setEdits(Edits.newBuilder()
                            .addEdits(Edit.newBuilder()
                                    .setDrain(RealServer.newBuilder().setReal("10.0.0.2")))
                            .addEdits(Edit.newBuilder()
                                    .setSetWeight(SetWeight.newBuilder()
                                            .setReal("10.0.0.3")
                                            .setVip("203.0.113.10:80/tcp")
                                            .setWeight(5)))))
            .setComment("ticket 12")
            .build();
    private static final String ASKED =
            "method=\"thresher.v1.Control/Apply\" what=\"drain real 10.0.0.2 in every vip; weight of real 10.0.0.3 to 5"
                    + " in vip 203.0.113.10:80/tcp (ticket 12)\"";

    private final List<String> lines = new ArrayList<>();

    /** Makes a call through audit and authorization, which a service that lets through answers as it is told. */
    private <Q, R> void call(Role role, MethodDescriptor<Q, R> method, Q request, Consumer<ServerCall<Q, R>> service)
            throws Exception {
        new Caller("jane", role).in(Context.ROOT).call(() -> {
            ServerCall.Listener<Q> listener = new Audit(lines::add)
                    .interceptCall(
                            new FakeCall<>(method, status -> {}),
                            new Metadata(),
                            (outer, headers) -> new Authorization()
                                    .interceptCall(outer, headers, (call, more) -> answering(call, service)));
            listener.onMessage(request);
            listener.onHalfClose();
            // After its end a call may still be reported as cancelled, which changes nothing.
            listener.onCancel();
            return null;
        });
    }

    private static <Q, R> ServerCall.Listener<Q> answering(ServerCall<Q, R> call, Consumer<ServerCall<Q, R>> service) {
        return new ServerCall.Listener<>() {
            @Override
            public void onHalfClose() {
                service.accept(call);
            }
        };
    }

    @Test
    void aChange_isALineWithItsRevision() throws Exception {
        call(Role.OPERATE, ControlGrpc.getApplyMethod(), DRAIN, call -> {
            call.sendMessage(ApplyResponse.newBuilder().setRevision(8).build());
            call.close(Status.OK, new Metadata());
        });
        assertEquals(
                List.of("who=\"jane\" role=\"operate\" from=\"pid 4711\" " + ASKED
                        + " outcome=\"done\" revision=\"8\""),
                lines);
    }

    @Test
    void whatTheServiceRefuses_isALineWithTheReason() throws Exception {
        call(
                Role.ADMIN,
                ControlGrpc.getApplyMethod(),
                DRAIN,
                call -> call.close(Status.ABORTED.withDescription("revision 9 is in force"), new Metadata()));
        assertEquals(
                List.of("who=\"jane\" role=\"admin\" from=\"pid 4711\" " + ASKED
                        + " outcome=\"ABORTED\" reason=\"revision 9 is in force\""),
                lines);
    }

    @Test
    void whatTheRoleForbids_isALine() throws Exception {
        call(Role.READ, ControlGrpc.getApplyMethod(), DRAIN, AuditTest::mustNotBeServed);
        assertEquals(
                List.of("who=\"jane\" role=\"read\" from=\"pid 4711\" " + ASKED
                        + " outcome=\"PERMISSION_DENIED\" reason=\""
                        + "this Apply needs the role operate, and jane has the role read\""),
                lines);
    }

    @Test
    void aCallerWhoGoesAway_isALineThatClaimsNothing() throws Exception {
        call(Role.ADMIN, ControlGrpc.getDiscardRuntimeMethod(), DiscardRuntimeRequest.getDefaultInstance(), call -> {});
        assertEquals(
                List.of("who=\"jane\" role=\"admin\" from=\"pid 4711\" method=\"thresher.v1.Control/DiscardRuntime\""
                        + " what=\"everything\" outcome=\"unknown\" reason=\"the caller went away before the answer;"
                        + " the history tells whether it was made\""),
                lines);
    }

    @Test
    void looking_isNoLine() throws Exception {
        Metadata none = new Metadata();
        call(
                Role.READ,
                ThresherGrpc.getGetStateMethod(),
                GetStateRequest.getDefaultInstance(),
                call -> call.close(Status.OK, none));
        call(
                Role.READ,
                ControlGrpc.getPlanMethod(),
                PlanRequest.getDefaultInstance(),
                call -> call.close(Status.OK, none));
        assertEquals(List.of(), lines);
    }

    @Test
    void whatACallerWrites_cannotLookLikeAnotherLineOrField() throws Exception {
        ApplyRequest forged = ApplyRequest.newBuilder()
                .setChange(Change.newBuilder().setRollback(1))
                .setComment("x\" outcome=\"done\nINFO audit - who=\u2028\u202e\\")
                .build();
        call(Role.ADMIN, ControlGrpc.getApplyMethod(), forged, call -> call.close(Status.OK, new Metadata()));
        assertEquals(
                List.of("who=\"jane\" role=\"admin\" from=\"pid 4711\" method=\"thresher.v1.Control/Apply\""
                        + " what=\"rollback to 1 (x\\\" outcome=\\\"done\\u{a}INFO audit - who=\\u{2028}\\u{202e}\\\\)\""
                        + " outcome=\"done\""),
                lines);
    }

    private static void mustNotBeServed(ServerCall<?, ?> call) {
        throw new AssertionError("served " + call);
    }
}
