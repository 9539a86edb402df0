// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.ChangedElement;
import dev.thresher.api.v1.CommitRuntimeRequest;
import dev.thresher.api.v1.DiscardRuntimeRequest;
import dev.thresher.api.v1.GetRevisionRequest;
import dev.thresher.api.v1.GetRuntimeRequest;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.RuntimeChange;
import dev.thresher.tools.cli.CliRun;
import dev.thresher.tools.terminal.VirtualScreen;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs {@code history}, {@code rollback} and {@code runtime}. */
@Timeout(60)
final class HistoryVerbsTest {
    private static final RuntimeChange DRAINED = RuntimeChange.newBuilder()
            .setElement(ChangedElement.newBuilder()
                    .setName("real 10.0.0.2 in pool web")
                    .setBefore("order = serve")
                    .setAfter("order = drain"))
            .setDisagreement("/etc/thresher/thresher.conf:7 says order = maintenance meanwhile")
            .setInForce(true)
            .build();

    private static final RuntimeChange GONE = RuntimeChange.newBuilder()
            .setElement(ChangedElement.newBuilder()
                    .setName("real 10.0.0.9 in pool old")
                    .setAfter("weight = 1"))
            .build();

    @TempDir
    Path dir;

    private FakeControl control;

    @BeforeEach
    void serve() throws IOException {
        control = new FakeControl(dir.resolve("edge.sock"));
    }

    @AfterEach
    void stop() {
        control.close();
    }

    private String[] arguments(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--socket", dir.resolve("edge.sock").toString()));
        return all.toArray(String[]::new);
    }

    private CliRun run(String... arguments) {
        return CliRun.of(arguments(arguments));
    }

    /** With somebody who has typed an answer. */
    private CliRun answered(String answer, String... arguments) {
        VirtualScreen screen = new VirtualScreen(80, 10);
        screen.type(answer + "\n");
        return CliRun.at(screen.terminal(), arguments(arguments));
    }

    private static String last(CliRun run) {
        return run.outLines().get(run.outLines().size() - 1);
    }

    @Test
    void history_isATable() {
        assertEquals(
                List.of(
                        "REVISION  WHEN                  WHO           HOW                WHAT                     "
                                + "                       COMMENT",
                        "      12  2026-03-01T12:00:00Z  root (uid 0)  2 edits            "
                                + "pool web, real 10.0.0.2 in pool web and 1 more  disk is failing",
                        "      11  2026-03-01T12:00:00Z  files         the files changed  pool web",
                        "      10  2026-03-01T12:00:00Z  files         the files changed  pool web"),
                run("history", "--limit", "3").outLines());
    }

    @Test
    void history_turnsPages() {
        assertEquals(
                12, run("history", "--json").json().getAsJsonArray("revisions").size());
        assertEquals(
                5,
                run("history", "--json", "--limit", "5")
                        .json()
                        .getAsJsonArray("revisions")
                        .size());
    }

    @Test
    void history_ofOneRevision_isAConfiguration() {
        assertEquals(
                List.of(
                        "# Revision 12, 2026-03-01T12:00:00Z, root (uid 0): 2 edits",
                        "# disk is failing",
                        "thresher {",
                        "  instance = edge",
                        "}"),
                run("history", "12").outLines());
        assertEquals(
                12,
                run("history", "12", "--json")
                        .json()
                        .getAsJsonObject("revision")
                        .get("number")
                        .getAsInt());
    }

    @Test
    void wrongUsage_disturbsNobody() {
        for (String[] wrong : new String[][] {{"history", "0"}, {"history", "--limit=0"}, {"rollback", "0"}}) {
            assertEquals(2, run(wrong).exitCode());
        }
        assertEquals(2, run("rollback").exitCode());
        assertEquals(2, run("rollback", "7", "--json").exitCode());
        assertEquals(List.of(), control.requests());
    }

    private static Change rollback() {
        return Change.newBuilder().setRollback(7).build();
    }

    @Test
    void rollback_isMadeAsItWasShown() {
        CliRun run = answered("y", "rollback", "7", "--comment", "too early");
        assertEquals(
                List.of(
                        PlanRequest.newBuilder().setChange(rollback()).build(),
                        ApplyRequest.newBuilder()
                                .setChange(rollback())
                                .setExpectedRevision(12)
                                .setComment("too early")
                                .build()),
                control.requests());
        assertEquals("Revision 13 is in force.", last(run));
        assertEquals(0, run.exitCode());
    }

    @Test
    void rollback_thatIsDeclined_changesNothing() {
        for (String answer : List.of("", "n", "yellow")) {
            control.requests().clear();
            CliRun run = answered(answer, "rollback", "7");
            assertEquals(1, control.requests().size());
            assertEquals("Nothing has changed.", last(run));
            assertEquals(1, run.exitCode());
        }
    }

    @Test
    void rollback_whereNobodyCanBeAsked_wantsYes() {
        CliRun run = run("rollback", "7");
        assertTrue(run.err().contains("add --yes"), run.err());
        assertEquals(2, run.exitCode());
        assertEquals(1, control.requests().size());

        control.requests().clear();
        assertEquals("Revision 13 is in force.", last(run("rollback", "7", "--yes", "--expect", "12")));
        assertEquals(
                List.of(ApplyRequest.newBuilder()
                        .setChange(rollback())
                        .setExpectedRevision(12)
                        .build()),
                control.requests());
    }

    @Test
    void rollback_toWhatIsInForce_asksNothing() {
        control.isAsWanted();
        CliRun run = run("rollback", "12");
        assertEquals(List.of("Nothing would change: revision 12 says the same."), run.outLines());
        assertEquals(0, run.exitCode());
    }

    @Test
    void runtimeShow_namesDisagreements() {
        control.hasChangedAtRuntime(DRAINED, GONE);
        assertEquals(
                List.of(
                        "~ real 10.0.0.2 in pool web",
                        "    - order = serve",
                        "    + order = drain",
                        "    /etc/thresher/thresher.conf:7 says order = maintenance meanwhile",
                        "+ real 10.0.0.9 in pool old",
                        "    + weight = 1",
                        "    not in force: what it changes is gone from the files",
                        "",
                        "They are kept in /var/lib/thresher/edge/runtime.conf. 'thresher runtime commit' writes them into"
                                + " the files, 'thresher runtime discard' forgets them."),
                run("runtime", "show").outLines());
        assertEquals(
                2,
                run("runtime", "show", "--json")
                        .json()
                        .getAsJsonArray("changes")
                        .size());
    }

    @Test
    void runtimeShow_ofNothing_saysSo() {
        assertEquals(
                List.of("Nothing was changed by calls: the files alone are in force."),
                run("runtime", "show").outLines());
    }

    @Test
    void runtimeCommit_namesTheFiles() {
        control.hasChangedAtRuntime(DRAINED);
        CliRun run = run("runtime", "commit", "--expect", "12");
        assertEquals(List.of("Written: /etc/thresher/thresher.conf"), run.outLines());
        assertEquals(
                List.of(CommitRuntimeRequest.newBuilder()
                        .setExpectedRevision(12)
                        .build()),
                control.requests());
        assertEquals(
                "[\"/etc/thresher/thresher.conf\"]",
                run("runtime", "commit", "--json").json().get("files").toString());
    }

    @Test
    void runtimeDiscard_ofNames_isDoneAtOnce() {
        CliRun run = run("runtime", "discard", "real 10.0.0.2 in pool web", "--expect", "12");
        assertEquals("Revision 13 is in force.", last(run));
        assertEquals(
                List.of(DiscardRuntimeRequest.newBuilder()
                        .addElements("real 10.0.0.2 in pool web")
                        .setExpectedRevision(12)
                        .build()),
                control.requests());
    }

    @Test
    void runtimeDiscard_ofAll_asks() {
        control.hasChangedAtRuntime(DRAINED);
        assertEquals(1, answered("n", "runtime", "discard").exitCode());
        assertEquals(
                List.of(GetRevisionRequest.getDefaultInstance(), GetRuntimeRequest.getDefaultInstance()),
                control.requests());
        assertEquals(2, run("runtime", "discard").exitCode());
        assertEquals(2, run("runtime", "discard", "--json").exitCode());

        control.requests().clear();
        assertEquals(0, answered("yes", "runtime", "discard").exitCode());
        assertEquals(
                DiscardRuntimeRequest.newBuilder().setExpectedRevision(12).build(),
                control.requests().get(2),
                "what was shown, and nothing that came after");
        assertEquals(
                13,
                run("runtime", "discard", "--json", "--yes")
                        .json()
                        .get("revision")
                        .getAsInt());
    }

    @Test
    void runtimeDiscard_ofNothing_asksNothing() {
        CliRun run = run("runtime", "discard");
        assertEquals(List.of("Nothing was changed by calls: the files alone are in force."), run.outLines());
        assertEquals(0, run.exitCode());
    }
}
