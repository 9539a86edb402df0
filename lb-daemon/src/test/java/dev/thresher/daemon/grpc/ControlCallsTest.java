// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.AddReal;
import dev.thresher.api.v1.AddVip;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ChangedElement;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.CommitRuntimeResponse;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.DiscardRuntimeResponse;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.GetRevisionRequest;
import dev.thresher.api.v1.GetRevisionResponse;
import dev.thresher.api.v1.GetRuntimeRequest;
import dev.thresher.api.v1.GetRuntimeResponse;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.ListRevisionsRequest;
import dev.thresher.api.v1.ListRevisionsResponse;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.PlanResponse;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.RemoveReal;
import dev.thresher.api.v1.RemoveVip;
import dev.thresher.api.v1.Revision;
import dev.thresher.api.v1.Text;
import dev.thresher.api.v1.WrongRevision;
import dev.thresher.config.IpText;
import dev.thresher.config.Order;
import dev.thresher.config.Pool;
import dev.thresher.daemon.revision.Intent;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call of the service Control, and every way to be refused. */
@Timeout(30)
class ControlCallsTest extends ServedControl {
    private static List<String> names(List<ChangedElement> elements) {
        return elements.stream().map(ChangedElement::getName).toList();
    }

    private Pool pool() {
        return activation.latest().pools().get(0);
    }

    @Test
    void plan_tellsTheDifference_andChangesNothing() {
        PlanResponse plan =
                control.plan(PlanRequest.newBuilder().setChange(edits(HEAVIER)).build());
        assertEquals(1, plan.getRevision());
        ChangedElement element = plan.getDifference().getElements(0);
        assertEquals("real 10.0.0.2 in pool web", element.getName());
        assertEquals("{}", element.getBefore());
        assertTrue(element.getAfter().contains("5"), element::getAfter);
        assertEquals(1, activation.activated.size());
        assertEquals(1, revisions.state().revision());
    }

    @Test
    void apply_makesTheChange() {
        ApplyResponse response = control.apply(ApplyRequest.newBuilder()
                .setChange(edits(HEAVIER))
                .setExpectedRevision(1)
                .setComment("a larger machine")
                .build());
        assertEquals(2, response.getRevision());
        assertEquals(
                List.of("real 10.0.0.2 in pool web"),
                names(response.getDifference().getElementsList()));
        assertEquals(5, pool().real(IpText.parse("10.0.0.2")).orElseThrow().weight());

        ApplyResponse again = apply(edits(HEAVIER));
        assertEquals(2, again.getRevision());
        assertEquals(0, again.getDifference().getElementsCount());
    }

    @Test
    void everyKindOfEdit_isMade() {
        Edit vip = Edit.newBuilder()
                .setAddVip(AddVip.newBuilder()
                        .setVip("203.0.113.10:443/tcp")
                        .setPool("web")
                        .setSettings("hash = source"))
                .build();
        Edit removedVip = Edit.newBuilder()
                .setRemoveVip(RemoveVip.newBuilder().setVip("203.0.113.10:80/tcp"))
                .build();
        Edit added = Edit.newBuilder()
                .setAddReal(AddReal.newBuilder().setPool("web").setReal("10.0.0.4"))
                .build();
        Edit weighted = Edit.newBuilder()
                .setAddReal(
                        AddReal.newBuilder().setPool("web").setReal("10.0.0.5").setWeight(7))
                .build();
        Edit removed = Edit.newBuilder()
                .setRemoveReal(RemoveReal.newBuilder().setReal("10.0.0.3"))
                .build();
        assertEquals(2, apply(edits(vip, removedVip, added, weighted, removed)).getRevision());
        assertEquals(
                "203.0.113.10:443/tcp", activation.latest().vips().get(0).key().toString());
        assertEquals(3, pool().reals().size());
        assertEquals(1, pool().real(IpText.parse("10.0.0.4")).orElseThrow().weight());
        assertEquals(7, pool().real(IpText.parse("10.0.0.5")).orElseThrow().weight());
    }

    @Test
    void orders_areGiven_andEndWithoutATrace() {
        Edit drain = Edit.newBuilder().setDrain(real("10.0.0.2")).build();
        RealServer inVip =
                real("10.0.0.3").toBuilder().setVip("203.0.113.10:80/tcp").build();
        Edit maintenance = Edit.newBuilder().setMaintenance(inVip).build();
        apply(edits(drain, maintenance));
        assertEquals(
                Order.DRAIN, pool().real(IpText.parse("10.0.0.2")).orElseThrow().order());
        assertEquals(
                Order.MAINTENANCE,
                activation
                        .latest()
                        .vips()
                        .get(0)
                        .own(pool().real(IpText.parse("10.0.0.3")).orElseThrow())
                        .order());
        apply(edits(
                Edit.newBuilder().setUndrain(real("10.0.0.2")).build(),
                Edit.newBuilder().setUndrain(inVip).build()));
        assertEquals(activation.activated.get(0), activation.latest());
        assertEquals(
                0, control.getRuntime(GetRuntimeRequest.getDefaultInstance()).getChangesCount());
    }

    @Test
    void text_andRollback_makeAllOfIt() {
        String wanted = text("vips += { address = \"203.0.113.10\", port = 443, pool = web }");
        Text whole = Text.newBuilder().setHocon(wanted).setName("new.conf").build();
        assertEquals(2, apply(Change.newBuilder().setText(whole).build()).getRevision());
        assertEquals(2, activation.latest().vips().size());
        assertEquals(3, apply(Change.newBuilder().setRollback(1).build()).getRevision());
        assertEquals(1, activation.latest().vips().size());
    }

    @Test
    void listRevisions_tellsWhoWhenAndHow_inPages() {
        control.apply(ApplyRequest.newBuilder()
                .setChange(edits(HEAVIER))
                .setComment("a larger machine")
                .build());
        apply(edits(weight("10.0.0.3", 2), weight("10.0.0.2", 6)));
        ListRevisionsResponse first = control.listRevisions(
                ListRevisionsRequest.newBuilder().setPageSize(2).build());
        assertEquals(
                List.of(3L, 2L),
                first.getRevisionsList().stream().map(Revision::getNumber).toList());
        Revision second = first.getRevisions(1);
        assertEquals("1 edit", second.getHow());
        assertEquals("a larger machine", second.getComment());
        assertEquals(List.of("real 10.0.0.2 in pool web"), second.getElementsList());
        assertEquals(NOW.getEpochSecond(), second.getAt().getSeconds());
        assertEquals("root (uid 0)", second.getWho());

        ListRevisionsResponse last = control.listRevisions(ListRevisionsRequest.newBuilder()
                .setPageSize(2)
                .setPageToken(first.getNextPageToken())
                .build());
        assertEquals(1, last.getRevisionsCount());
        assertEquals("files", last.getRevisions(0).getWho());
        assertEquals("", last.getNextPageToken());
    }

    @Test
    void getRevision_hasTheWholeText() {
        apply(edits(HEAVIER));
        GetRevisionResponse before =
                control.getRevision(GetRevisionRequest.newBuilder().setNumber(1).build());
        GetRevisionResponse now = control.getRevision(GetRevisionRequest.getDefaultInstance());
        assertEquals(1, before.getRevision().getNumber());
        assertEquals(2, now.getRevision().getNumber());
        assertTrue(before.getHocon().startsWith("thresher"), before::getHocon);
        assertFalse(before.getHocon().contains("weight"), before::getHocon);
        assertTrue(now.getHocon().contains("weight"), now::getHocon);
    }

    @Test
    void runtime_isShown_discardedByName_andAllOfIt() {
        apply(edits(HEAVIER, weight("10.0.0.3", 2)));
        GetRuntimeResponse runtime = control.getRuntime(GetRuntimeRequest.getDefaultInstance());
        assertEquals(dir.resolve("state/runtime.conf").toString(), runtime.getPath());
        assertEquals(2, runtime.getChangesCount());
        assertTrue(runtime.getChanges(0).getInForce());
        assertEquals("", runtime.getChanges(0).getDisagreement());

        DiscardRuntimeResponse some = control.discardRuntime(DiscardRuntimeRequest.newBuilder()
                .addElements("real 10.0.0.2 in pool web")
                .setExpectedRevision(2)
                .build());
        assertEquals(3, some.getRevision());
        assertEquals(
                List.of("real 10.0.0.2 in pool web"), names(some.getDifference().getElementsList()));
        assertEquals(
                1, control.getRuntime(GetRuntimeRequest.getDefaultInstance()).getChangesCount());
        control.discardRuntime(DiscardRuntimeRequest.getDefaultInstance());
        assertEquals(
                0, control.getRuntime(GetRuntimeRequest.getDefaultInstance()).getChangesCount());
    }

    @Test
    void commit_writesTheFiles_andLeavesTheRevision() throws Exception {
        apply(edits(HEAVIER));
        CommitRuntimeResponse response = control.commitRuntime(
                CommitRuntimeRequest.newBuilder().setExpectedRevision(2).build());
        assertEquals(List.of(file.toString()), response.getFilesList());
        assertEquals(2, response.getRevision());
        assertEquals(
                0, control.getRuntime(GetRuntimeRequest.getDefaultInstance()).getChangesCount());
        assertEquals(activation.latest(), Intent.load(file).config());
        assertEquals(2, activation.activated.size(), "what is in force stays");
    }

    @Test
    void anotherRevisionThanExpected_isAborted_withTheOneInForce() throws Exception {
        apply(edits(HEAVIER));
        for (Runnable call : List.<Runnable>of(
                () -> control.apply(ApplyRequest.newBuilder()
                        .setChange(edits(weight("10.0.0.3", 2)))
                        .setExpectedRevision(1)
                        .build()),
                () -> control.plan(PlanRequest.newBuilder()
                        .setChange(edits(HEAVIER))
                        .setExpectedRevision(1)
                        .build()),
                () -> control.commitRuntime(
                        CommitRuntimeRequest.newBuilder().setExpectedRevision(1).build()),
                () -> control.discardRuntime(DiscardRuntimeRequest.newBuilder()
                        .setExpectedRevision(1)
                        .build()))) {
            assertEquals(
                    2, detail(refused(Code.ABORTED, call), WrongRevision.class).getCurrentRevision());
        }
    }

    @Test
    void invalidText_isRefusedWithEveryProblem() throws Exception {
        Text whole = Text.newBuilder()
                .setHocon(text("xdp-mode = fast, maglev-sed = 1"))
                .setName("new.conf")
                .build();
        StatusRuntimeException refusal = refused(
                Code.INVALID_ARGUMENT,
                () -> apply(Change.newBuilder().setText(whole).build()));
        List<ConfigProblem> problems = detail(refusal, InvalidConfig.class).getProblemsList();
        assertEquals(2, problems.size());
        assertEquals("new.conf", problems.get(0).getFile());
        assertEquals(6, problems.get(0).getLine());
        assertTrue(problems.stream().anyMatch(problem -> problem.getPath().equals("thresher.xdp-mode")));
    }

    static Stream<Arguments> badRequests() {
        Edit badReal = Edit.newBuilder().setDrain(real("10.0.0")).build();
        Edit badVip = Edit.newBuilder()
                .setRemoveVip(RemoveVip.newBuilder().setVip("203.0.113.10"))
                .build();
        Edit noPool = Edit.newBuilder()
                .setAddReal(AddReal.newBuilder().setReal("10.0.0.4"))
                .build();
        return Stream.of(
                Arguments.of(Change.getDefaultInstance(), "change"),
                Arguments.of(edits(), "change.edits.edits"),
                Arguments.of(edits(HEAVIER, Edit.getDefaultInstance()), "change.edits.edits[1]"),
                Arguments.of(edits(badReal), "change.edits.edits[0].drain.real"),
                Arguments.of(edits(badVip), "change.edits.edits[0].remove_vip.vip"),
                Arguments.of(edits(noPool), "change.edits.edits[0].add_real.pool"),
                Arguments.of(edits(weight("10.0.0.2", 65_536)), "change.edits.edits[0].set_weight.weight"),
                Arguments.of(edits(weight("10.0.0.2", -1)), "change.edits.edits[0].set_weight.weight"),
                Arguments.of(Change.newBuilder().setRollback(0).build(), "change.rollback"),
                Arguments.of(Change.newBuilder().setRollback(-1).build(), "change.rollback"));
    }

    @ParameterizedTest
    @MethodSource("badRequests")
    void requestThatMeansNothing_isRefusedWithTheField(Change change, String field) throws Exception {
        ConfigProblem problem = onlyProblem(refused(Code.INVALID_ARGUMENT, () -> apply(change)));
        assertEquals(field, problem.getPath());
        assertFalse(problem.getMessage().isEmpty());
        onlyProblem(refused(
                Code.INVALID_ARGUMENT,
                () -> control.plan(PlanRequest.newBuilder().setChange(change).build())));
    }

    @Test
    void badPage_isRefusedWithTheField() throws Exception {
        assertEquals(
                "page_size",
                onlyProblem(refused(
                                Code.INVALID_ARGUMENT,
                                () -> control.listRevisions(ListRevisionsRequest.newBuilder()
                                        .setPageSize(1001)
                                        .build())))
                        .getPath());
        assertEquals(
                "page_token",
                onlyProblem(refused(
                                Code.INVALID_ARGUMENT,
                                () -> control.listRevisions(ListRevisionsRequest.newBuilder()
                                        .setPageToken("next")
                                        .build())))
                        .getPath());
    }

    @Test
    void whatIsNotThere_isNotFound() {
        refused(Code.NOT_FOUND, () -> apply(edits(weight("10.0.0.9", 1))));
        refused(Code.NOT_FOUND, () -> apply(Change.newBuilder().setRollback(7).build()));
        refused(
                Code.NOT_FOUND,
                () -> control.getRevision(
                        GetRevisionRequest.newBuilder().setNumber(7).build()));
        refused(
                Code.NOT_FOUND,
                () -> control.discardRuntime(DiscardRuntimeRequest.newBuilder()
                        .addElements("pool web")
                        .build()));
    }

    @Test
    void whatCannotBeDone_isAFailedPrecondition() throws Exception {
        Edit removed = Edit.newBuilder()
                .setRemoveReal(RemoveReal.newBuilder().setReal("10.0.0.3"))
                .build();
        Edit other = Edit.newBuilder()
                .setRemoveReal(RemoveReal.newBuilder().setReal("10.0.0.2"))
                .build();
        refused(Code.FAILED_PRECONDITION, () -> apply(edits(removed, other)));
        activation.refuses = true;
        StatusRuntimeException refusal = refused(Code.FAILED_PRECONDITION, () -> apply(edits(HEAVIER)));
        assertEquals("the kernel refuses this write", refusal.getStatus().getDescription());
        assertEquals(1, revisions.state().revision());
    }

    @Test
    void commit_ofWhatCannotBeWritten_isAFailedPrecondition_thatSaysWhatToDo() throws Exception {
        Files.writeString(
                file, text("").replace("\"10.0.0.2\"", "${definitions.rack}") + "definitions.rack = \"10.0.0.2\"\n");
        revisions.reload();
        apply(edits(HEAVIER));
        StatusRuntimeException refusal = refused(
                Code.FAILED_PRECONDITION, () -> control.commitRuntime(CommitRuntimeRequest.getDefaultInstance()));
        assertEquals(
                "real 10.0.0.2 in pool web is not written as such in `thresher.pools.web.reals`, but comes from a"
                        + " substitution; change it there yourself, or discard the change",
                refusal.getStatus().getDescription());
    }

    @Test
    void callThatIsGivenUpBeforeItsTurn_changesNothing() {
        refused(
                Code.DEADLINE_EXCEEDED,
                () -> control.withDeadlineAfter(-1, TimeUnit.SECONDS)
                        .apply(ApplyRequest.newBuilder()
                                .setChange(edits(HEAVIER))
                                .build()));
        assertEquals(1, revisions.state().revision());
    }
}
