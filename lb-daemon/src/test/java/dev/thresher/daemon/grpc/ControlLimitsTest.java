// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static com.google.common.util.concurrent.Uninterruptibles.awaitUninterruptibly;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.ListRevisionsRequest;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.Text;
import dev.thresher.daemon.DaemonChannel;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What callers of the service Control cannot ask for, and what a refusal may hold. */
@Timeout(60)
class ControlLimitsTest extends ServedControl {
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
