// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static com.google.common.util.concurrent.Uninterruptibles.awaitUninterruptibly;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import dev.thresher.api.v1.ListRevisionsRequest;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.api.v1.Text;
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
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers of the service Control cannot ask for, and what a refusal may hold. */
@Timeout(60)
class ControlLimitsTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Edit HEAVIER = weight("10.0.0.2", 5);

    @TempDir
    Path dir;

    private final RecordedActivation activation = new RecordedActivation();
    private Path file;
    private Revisions revisions;
    private ControlService service;
    private GrpcServer server;
    private DaemonChannel daemon;
    private ControlBlockingStub control;

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

    private String text(String more) {
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

    private static Change edits(Edit... edits) {
        return Change.newBuilder()
                .setEdits(Edits.newBuilder().addAllEdits(List.of(edits)))
                .build();
    }

    private static Edit weight(String real, int weight) {
        return Edit.newBuilder()
                .setSetWeight(SetWeight.newBuilder().setReal(real).setWeight(weight))
                .build();
    }

    private static RealServer real(String address) {
        return RealServer.newBuilder().setReal(address).build();
    }

    private ApplyResponse apply(Change change) {
        return control.apply(ApplyRequest.newBuilder().setChange(change).build());
    }

    private StatusRuntimeException refused(Code code, Runnable call) {
        int activations = activation.activated.size();
        StatusRuntimeException refusal = assertThrows(StatusRuntimeException.class, call::run);
        assertEquals(code, refusal.getStatus().getCode(), refusal::getMessage);
        assertEquals(activations, activation.activated.size());
        return refusal;
    }

    private static <T extends Message> T detail(StatusRuntimeException refusal, Class<T> type) throws Exception {
        Any detail = Objects.requireNonNull(StatusProto.fromThrowable(refusal)).getDetails(0);
        return detail.unpack(type);
    }

    private static ConfigProblem onlyProblem(StatusRuntimeException refusal) throws Exception {
        List<ConfigProblem> problems = detail(refusal, InvalidConfig.class).getProblemsList();
        assertEquals(1, problems.size(), problems::toString);
        return problems.get(0);
    }

    @Test
    void manyProblems_reachAnOrdinaryClient_asManyAsFit() throws Exception {
        String reals = IntStream.range(0, 150)
                .mapToObj(i -> "{ address = \"10.0.1." + i + "\", weight = 70000 }")
                .collect(Collectors.joining(",\n", "pools.other.reals = [", "]"));
        StatusRuntimeException refusal = refused(Code.INVALID_ARGUMENT, () -> apply(whole(text(reals))));
        InvalidConfig detail = detail(refusal, InvalidConfig.class);
        assertTrue(detail.getProblemsCount() > 5, detail::toString);
        assertEquals(150, detail.getProblemsCount() + detail.getOmitted());
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "\n", "\u65e5"})
    void longWords_reachAnOrdinaryClient_shortened(String word) throws Exception {
        Edit edit = Edit.newBuilder().setDrain(real(word.repeat(100_000))).build();
        StatusRuntimeException refusal = refused(Code.INVALID_ARGUMENT, () -> apply(edits(edit)));
        ConfigProblem problem = onlyProblem(refusal);
        assertEquals("change.edits.edits[0].drain.real", problem.getPath());
        assertTrue(problem.getMessage().endsWith("…"), problem::getMessage);
    }

    @ParameterizedTest
    @ValueSource(strings = {"two\nlines", "\u001b[2J", "\u009b2J"})
    void commentWithAControlCharacter_isRefused(String comment) throws Exception {
        assertCommentIsRefused(comment, "it has a control character, and it is to be a line of the history");
    }

    @Test
    void longComment_isRefused() throws Exception {
        assertCommentIsRefused("x".repeat(1001), "it has 1001 characters; 1000 are the most");
        control.apply(ApplyRequest.newBuilder()
                .setChange(edits(HEAVIER))
                .setComment("x".repeat(1000))
                .build());
        assertEquals(2, revisions.state().revision());
    }

    private void assertCommentIsRefused(String comment, String reason) throws Exception {
        ApplyRequest request = ApplyRequest.newBuilder()
                .setChange(edits(HEAVIER))
                .setComment(comment)
                .build();
        ConfigProblem problem = onlyProblem(refused(Code.INVALID_ARGUMENT, () -> control.apply(request)));
        assertEquals("comment", problem.getPath());
        assertEquals(reason, problem.getMessage());
    }

    @Test
    void plan_ofATextThatWouldTakeLong_isRefusedAtOnce() {
        String lines = IntStream.range(0, 40).mapToObj(i -> "d = ${d} ${d}\n").collect(Collectors.joining());
        PlanRequest request = PlanRequest.newBuilder()
                .setChange(whole(text("") + "d = x\n" + lines))
                .build();
        refused(Code.INVALID_ARGUMENT, () -> control.plan(request));
    }

    @Test
    void plans_waitForEachOther_andNotTooMany() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch free = new CountDownLatch(1);
        WorkThread thread = new WorkThread("plans", 1);
        Path socket = dir.resolve("busy.sock");
        try (ControlService slow = new ControlService(revisions, thread);
                GrpcServer other =
                        GrpcServer.start(socket, new SampleState(), new SampleFlows(), new SampleHealth(), slow)) {
            thread.run(() -> {
                busy.countDown();
                awaitUninterruptibly(free);
            });
            busy.await();
            assertTrue(thread.run(() -> {}), "one may wait");
            try (DaemonChannel second = new DaemonChannel(other.socket())) {
                PlanRequest request =
                        PlanRequest.newBuilder().setChange(edits(HEAVIER)).build();
                StatusRuntimeException refusal = refused(
                        Code.RESOURCE_EXHAUSTED,
                        () -> ControlGrpc.newBlockingStub(second.channel()).plan(request));
                assertEquals(
                        "the daemon makes one plan at a time, and 8 are waiting already: try again in a while",
                        refusal.getStatus().getDescription());
                assertEquals(
                        1,
                        ControlGrpc.newBlockingStub(second.channel())
                                .listRevisions(ListRevisionsRequest.getDefaultInstance())
                                .getRevisionsCount(),
                        "other calls are answered meanwhile");
            } finally {
                free.countDown();
            }
        }
    }

    private static Change whole(String hocon) {
        return Change.newBuilder()
                .setText(Text.newBuilder().setHocon(hocon).setName("new.conf"))
                .build();
    }
}
