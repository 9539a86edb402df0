// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.WrongRevision;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.tools.cli.CliRun;
import dev.thresher.tools.terminal.VirtualScreen;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The verbs {@code plan} and {@code apply}. */
@Timeout(60)
final class FileVerbsTest {
    @TempDir
    Path dir;

    private Path file;
    private FakeControl control;

    @BeforeEach
    void serve() throws IOException {
        file = Files.writeString(dir.resolve("thresher.conf"), """
                thresher {
                  interface = eth0
                  include "pools.conf"
                }
                """);
        Files.writeString(dir.resolve("pools.conf"), "pools.web.reals = [{ address = \"10.0.0.2\" }]\n");
        Files.createDirectory(dir.resolve("conf.d"));
        Files.writeString(
                dir.resolve("conf.d/web.conf"),
                "thresher.vips = [{ address = \"203.0.113.10\", port = 80, protocol = tcp, pool = web }]\n");
        control = new FakeControl(dir.resolve("edge.sock"));
    }

    @AfterEach
    void stop() {
        control.close();
    }

    private String[] arguments(String verb, String... options) {
        List<String> all = new ArrayList<>(List.of(verb, file.toString()));
        all.addAll(List.of(options));
        all.addAll(List.of("--socket", dir.resolve("edge.sock").toString()));
        return all.toArray(String[]::new);
    }

    private CliRun run(String verb, String... options) {
        return CliRun.of(arguments(verb, options));
    }

    private static String last(CliRun run) {
        return run.outLines().get(run.outLines().size() - 1);
    }

    @Test
    void plan_sendsTheWholeConfiguration() throws InvalidConfigException {
        CliRun run = run("plan", "--expect", "12");
        assertEquals("", run.err());
        assertEquals("That would be the change from revision 12.", last(run));
        assertEquals(0, run.exitCode());

        PlanRequest request = (PlanRequest) control.requests().get(0);
        assertEquals(12, request.getExpectedRevision());
        assertEquals(file + " as sent", request.getChange().getText().getName());
        Document sent = Document.parse(request.getChange().getText().getHocon(), "sent");
        assertEquals(Document.load(file).config(), sent.config());
    }

    @Test
    void diff_isThePlan() {
        assertEquals(run("plan").out(), run("diff").out());
    }

    @Test
    void exitCode_tellsWhetherSomethingWouldChange() {
        assertEquals(3, run("plan", "--exit-code").exitCode());
        assertEquals(3, run("plan", "--exit-code", "--json").exitCode());
        control.isAsWanted();
        assertEquals(0, run("plan", "--exit-code").exitCode());
        assertEquals(
                List.of("Nothing would change: revision 12 says the same."),
                run("plan").outLines());
    }

    @Test
    void json_isTheResponse() {
        assertEquals(12, run("plan", "--json").json().get("revision").getAsInt());
        assertEquals(13, run("apply", "--json", "--yes").json().get("revision").getAsInt());
    }

    @Test
    void errors_nameTheFileThatTheyAreIn_andNothingIsSent() throws IOException {
        Files.writeString(dir.resolve("pools.conf"), "pools.web.reals = [\n{ address = \"10.0.0\" }]\n");
        for (String verb : List.of("plan", "apply")) {
            CliRun run = run(verb);
            assertEquals(
                    "thresher: this is not valid, and nothing was sent:",
                    run.errLines().get(0));
            assertTrue(run.errLines().get(1).startsWith(dir.resolve("pools.conf") + ":2: "), run.err());
            assertEquals(2, run.exitCode());
        }
        assertEquals(List.of(), control.requests());
    }

    @Test
    void apply_showsThePlan_asks_andMakesNothingElse() {
        VirtualScreen screen = new VirtualScreen(80, 10);
        screen.type("y\n");
        CliRun run = CliRun.at(screen.terminal(), arguments("apply", "--comment", "new VIP"));
        assertEquals(0, run.exitCode());
        assertTrue(run.outLines().contains("That would be the change from revision 12."), run.out());
        assertEquals("Revision 13 is in force.", last(run));

        PlanRequest planned = (PlanRequest) control.requests().get(0);
        assertEquals(
                ApplyRequest.newBuilder()
                        .setChange(planned.getChange())
                        .setExpectedRevision(12)
                        .setComment("new VIP")
                        .build(),
                control.requests().get(1));
    }

    @Test
    void apply_whereNobodyCanBeAsked_changesNothing() {
        CliRun run = run("apply");
        assertEquals(2, run.exitCode());
        assertTrue(run.err().contains("add --yes"), run.err());
        assertEquals(1, control.requests().size());
    }

    @Test
    void apply_withYes_isOneCall() {
        CliRun run = run("apply", "--yes", "--expect", "12");
        assertEquals("~ real 10.0.0.2 in pool web", run.outLines().get(0));
        assertEquals("Revision 13 is in force.", last(run));
        assertEquals(1, control.requests().size());
        assertEquals(12, ((ApplyRequest) control.requests().get(0)).getExpectedRevision());
    }

    @Test
    void apply_onAStaleRevision_fails() {
        control.refuse(
                Code.ABORTED,
                "revision 14 is in force",
                WrongRevision.newBuilder().setCurrentRevision(14).build());
        CliRun run = run("apply", "--yes", "--expect", "12");
        assertTrue(run.err().contains("try again with --expect 14"), run.err());
        assertEquals(1, run.exitCode());
    }
}
