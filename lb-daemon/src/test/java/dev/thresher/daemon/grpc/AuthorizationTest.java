// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.AddReal;
import dev.thresher.api.v1.AddVip;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.Text;
import dev.thresher.api.v1.ThresherGrpc;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuthorizationTest {
    private static final ApplyRequest DRAIN =
            edits(Edit.newBuilder().setDrain(RealServer.newBuilder().setReal("10.0.0.2")));
    private static final ApplyRequest ADD_REAL =
            edits(Edit.newBuilder().setAddReal(AddReal.newBuilder().setPool("web")));
    private static final Edit.Builder ADD_VIP = Edit.newBuilder().setAddVip(AddVip.newBuilder());

    private final List<Object> served = new ArrayList<>();
    private final List<Status> closed = new ArrayList<>();

    @TempDir
    Path dir;

    private static ApplyRequest edits(Edit.Builder... edits) {
        Edits.Builder all = Edits.newBuilder();
        Stream.of(edits).forEach(all::addEdits);
        return apply(Change.newBuilder().setEdits(all));
    }

    private static ApplyRequest apply(Change.Builder change) {
        return ApplyRequest.newBuilder().setChange(change).build();
    }

    @Test
    void eachRole_mayDoWhatItIsForAndNoMore() throws Exception {
        MethodDescriptor<ApplyRequest, ?> apply = ControlGrpc.getApplyMethod();
        assertNeeds(Role.READ, ThresherGrpc.getGetStateMethod(), GetStateRequest.getDefaultInstance());
        assertNeeds(Role.READ, ControlGrpc.getPlanMethod(), PlanRequest.getDefaultInstance());
        assertNeeds(Role.OPERATE, apply, DRAIN);
        assertNeeds(Role.OPERATE, apply, ADD_REAL);
        assertNeeds(Role.OPERATE, apply, edits());
        assertNeeds(Role.ADMIN, apply, edits(ADD_VIP));
        assertNeeds(Role.ADMIN, apply, edits(DRAIN.getChange().getEdits().getEdits(0).toBuilder(), ADD_VIP));
        assertNeeds(Role.ADMIN, apply, edits(Edit.newBuilder()));
        assertNeeds(Role.ADMIN, apply, apply(Change.newBuilder().setText(Text.getDefaultInstance())));
        assertNeeds(Role.ADMIN, apply, apply(Change.newBuilder().setRollback(3)));
        assertNeeds(Role.ADMIN, apply, ApplyRequest.getDefaultInstance());
        assertNeeds(Role.ADMIN, ControlGrpc.getCommitRuntimeMethod(), CommitRuntimeRequest.getDefaultInstance());
    }

    @Test
    void aRefusal_saysWhatIsNeededAndWhatThereIs() throws Exception {
        call(Role.READ, ControlGrpc.getApplyMethod(), DRAIN);
        assertEquals(
                "this Apply needs the role operate, and jane has the role read",
                closed.get(0).getDescription());
        call(Role.NONE, ThresherGrpc.getGetStateMethod(), GetStateRequest.getDefaultInstance());
        assertEquals(
                "this GetState needs the role read, and jane has no role",
                closed.get(1).getDescription());
    }

    @Test
    void aMethodThatIsNotKnown_isRefusedToEverybody() throws Exception {
        MethodDescriptor<GetStateRequest, ?> unknown = ThresherGrpc.getGetStateMethod().toBuilder()
                .setFullMethodName("thresher.v1.Thresher/Forgotten")
                .build();
        assertFalse(call(Role.ADMIN, unknown, GetStateRequest.getDefaultInstance()));
        assertTrue(String.valueOf(closed.get(0).getDescription()).contains("Forgotten"));
    }

    /** A service that is added must be given roles, whether it is served already or only described. */
    @Test
    void everyMethod_isKnown() throws Exception {
        try (GrpcServer server =
                GrpcServer.start(dir.resolve("a.sock"), new SampleState(), new SampleFlows(), new SampleHealth())) {
            Stream<ServiceDescriptor> served =
                    server.services().stream().map(ServerServiceDefinition::getServiceDescriptor);
            Stream<ServiceDescriptor> described =
                    Stream.of(ThresherGrpc.getServiceDescriptor(), ControlGrpc.getServiceDescriptor());
            List<String> forgotten = Stream.concat(served, described)
                    .flatMap(service -> service.getMethods().stream())
                    .map(MethodDescriptor::getFullMethodName)
                    .filter(method -> !Permissions.knows(method))
                    .toList();
            assertEquals(List.of(), forgotten);
        }
    }

    private <Q> void assertNeeds(Role needed, MethodDescriptor<Q, ?> method, Q request) throws Exception {
        for (Role role : Role.values()) {
            assertEquals(role.includes(needed), call(role, method, request), () -> role + ": " + request);
        }
    }

    /** Whether the call was served; a refused one was closed with PERMISSION_DENIED and never reached the service. */
    private <Q, R> boolean call(Role role, MethodDescriptor<Q, R> method, Q request) throws Exception {
        int before = served.size();
        int closedBefore = closed.size();
        new Caller("jane", role).in(Context.ROOT).call(() -> {
            ServerCall.Listener<Q> listener =
                    new Authorization().interceptCall(new FakeCall<>(method, closed::add), new Metadata(), this::serve);
            listener.onMessage(request);
            listener.onHalfClose();
            return null;
        });
        List<Object> heard = served.subList(before, served.size());
        List<Status> refusals = closed.subList(closedBefore, closed.size());
        if (heard.isEmpty()) {
            assertEquals(
                    List.of(Status.Code.PERMISSION_DENIED),
                    refusals.stream().map(Status::getCode).toList());
            return false;
        }
        assertEquals(List.of(request, "half-closed"), heard);
        assertEquals(List.of(), refusals);
        return true;
    }

    private <Q, R> ServerCall.Listener<Q> serve(ServerCall<Q, R> call, Metadata headers) {
        return new ServerCall.Listener<>() {
            @Override
            public void onMessage(Q request) {
                served.add(request);
            }

            @Override
            public void onHalfClose() {
                served.add("half-closed");
            }
        };
    }
}
