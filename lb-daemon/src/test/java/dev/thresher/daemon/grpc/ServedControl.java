// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.ControlGrpc.ControlBlockingStub;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.daemon.DaemonChannel;
import dev.thresher.daemon.revision.Intent;
import dev.thresher.daemon.revision.RecordedActivation;
import dev.thresher.daemon.revision.Revisions;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** The service Control behind a socket, over a data plane that takes note. */
abstract class ServedControl {
    static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    static final Edit HEAVIER = weight("10.0.0.2", 5);

    @TempDir
    Path dir;

    final RecordedActivation activation = new RecordedActivation();
    Path file;
    Revisions revisions;
    ControlService service;
    GrpcServer server;
    DaemonChannel daemon;
    ControlBlockingStub control;

    @BeforeEach
    void serve() throws Exception {
        file = Files.writeString(dir.resolve("thresher.conf"), text(""));
        Intent intent = Intent.load(file);
        activation.activated.add(intent.config());
        revisions = Revisions.begin(file, intent, activation, () -> NOW);
        service = new ControlService(revisions);
        server = GrpcServer.start(
                dir.resolve("edge.sock"), new SampleState(), new SampleFlows(), new SampleHealth(), service);
        daemon = new DaemonChannel(server.socket());
        control = ControlGrpc.newBlockingStub(daemon.channel());
    }

    @AfterEach
    void stop() {
        server.close();
        service.close();
        daemon.close();
    }

    String text(String more) {
        return """
            thresher {
              interface = eth0
              state-directory = "%s/state"
              pools.web.reals = [ "10.0.0.2", "10.0.0.3" ]
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
              %s
            }
            """.formatted(dir, more);
    }

    static Change edits(Edit... edits) {
        return Change.newBuilder()
                .setEdits(Edits.newBuilder().addAllEdits(List.of(edits)))
                .build();
    }

    static Edit weight(String real, int weight) {
        return Edit.newBuilder()
                .setSetWeight(SetWeight.newBuilder().setReal(real).setWeight(weight))
                .build();
    }

    static RealServer real(String address) {
        return RealServer.newBuilder().setReal(address).build();
    }

    ApplyResponse apply(Change change) {
        return control.apply(ApplyRequest.newBuilder().setChange(change).build());
    }

    StatusRuntimeException refused(Code code, Runnable call) {
        int activations = activation.activated.size();
        StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call::run);
        assertEquals(code, refusal.getStatus().getCode(), refusal::getMessage);
        assertEquals(activations, activation.activated.size());
        return refusal;
    }

    static <T extends Message> T detail(StatusRuntimeException refusal, Class<T> type) throws Exception {
        Any detail = Objects.requireNonNull(StatusProto.fromThrowable(refusal)).getDetails(0);
        return detail.unpack(type);
    }

    static ConfigProblem onlyProblem(StatusRuntimeException refusal) throws Exception {
        List<ConfigProblem> problems = detail(refusal, InvalidConfig.class).getProblemsList();
        assertEquals(1, problems.size(), problems::toString);
        return problems.get(0);
    }
}
