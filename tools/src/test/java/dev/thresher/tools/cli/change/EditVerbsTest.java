// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.protobuf.Message;
import dev.thresher.api.v1.AddReal;
import dev.thresher.api.v1.AddVip;
import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.Edit;
import dev.thresher.api.v1.Edits;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.RealServer;
import dev.thresher.api.v1.RemoveReal;
import dev.thresher.api.v1.RemoveVip;
import dev.thresher.api.v1.SetWeight;
import dev.thresher.tools.cli.CliRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine.Help.Ansi;

/** The verbs {@code vip} and {@code real}. */
@Timeout(60)
final class EditVerbsTest {
    private static final String VIP = "203.0.113.10:80/tcp";

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

    private CliRun run(String... arguments) {
        return run(Ansi.OFF, arguments);
    }

    private CliRun run(Ansi ansi, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--socket", dir.resolve("edge.sock").toString()));
        return CliRun.of(ansi, all.toArray(String[]::new));
    }

    private void assertAsked(Message request, String... arguments) {
        control.requests().clear();
        CliRun run = run(arguments);
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
        assertEquals(List.of(request), control.requests());
    }

    private static ApplyRequest apply(Edit.Builder... edits) {
        Edits.Builder all = Edits.newBuilder();
        for (Edit.Builder edit : edits) {
            all.addEdits(edit);
        }
        return ApplyRequest.newBuilder()
                .setChange(Change.newBuilder().setEdits(all))
                .build();
    }

    private static RealServer real(String address, String vip) {
        return RealServer.newBuilder().setReal(address).setVip(vip).build();
    }

    @Test
    void aChange_isShownWithItsRevision() {
        CliRun run = run("real", "drain", "10.0.0.2");
        assertEquals(
                List.of(
                        "~ real 10.0.0.2 in pool web",
                        "    - order = serve",
                        "    + order = drain",
                        "+ vip 203.0.113.11:80/tcp",
                        "    + pool = web",
                        "- real 10.0.0.4 in pool web",
                        "    - weight = 1",
                        "",
                        "VIP                  SLOTS TO ANOTHER REAL SERVER",
                        "203.0.113.10:80/tcp                        25.0 %",
                        "warning: pool web has one real server left",
                        "Revision 13 is in force."),
                run.outLines());
        assertEquals("", run.err());
        assertEquals(0, run.exitCode());
    }

    @Test
    void aChange_isInColoursOnlyOnATerminal() {
        String colours = run(Ansi.ON, "real", "drain", "10.0.0.2").out();
        assertTrue(colours.contains("\u001b[32m    + order = drain\u001b["), colours);
        assertTrue(colours.contains("\u001b[31m    - order = serve\u001b["), colours);
        assertTrue(!run("real", "drain", "10.0.0.2").out().contains("\u001b"));
    }

    @Test
    void aChangeThatIsNone_saysSo() {
        control.isAsWanted();
        CliRun run = run("real", "undrain", "10.0.0.2");
        assertEquals(List.of("Nothing has changed: revision 12 says the same."), run.outLines());
        assertEquals(0, run.exitCode());
    }

    @Test
    void dryRun_onlyPlans() {
        CliRun run = run("real", "remove", "10.0.0.2", "--dry-run", "--expect", "12");
        Edit edit = Edit.newBuilder()
                .setRemoveReal(RemoveReal.newBuilder().setReal("10.0.0.2"))
                .build();
        assertEquals(
                List.of(PlanRequest.newBuilder()
                        .setChange(
                                Change.newBuilder().setEdits(Edits.newBuilder().addEdits(edit)))
                        .setExpectedRevision(12)
                        .build()),
                control.requests());
        assertEquals(
                "That would be the change from revision 12.",
                run.outLines().get(run.outLines().size() - 1));

        control.isAsWanted();
        assertEquals(
                List.of("Nothing would change: revision 12 says the same."),
                run("real", "drain", "10.0.0.2", "--dry-run").outLines());
    }

    @Test
    void json_isTheResponse() {
        JsonObject made = run("real", "drain", "10.0.0.2", "--json").json();
        assertEquals(13, made.get("revision").getAsInt());
        JsonObject difference = made.getAsJsonObject("difference");
        assertEquals(
                "{\"vip\":\"203.0.113.10:80/tcp\",\"share\":0.25}",
                difference.getAsJsonArray("vips").get(0).toString());
        assertTrue(difference
                .getAsJsonArray("elements")
                .get(1)
                .getAsJsonObject()
                .get("before")
                .isJsonNull());

        assertEquals(
                12,
                run("real", "drain", "10.0.0.2", "--json", "--dry-run")
                        .json()
                        .get("revision")
                        .getAsInt());
    }

    @Test
    void realVerbs_areEdits() {
        assertAsked(
                apply(
                        Edit.newBuilder().setDrain(real("10.0.0.2", "")),
                        Edit.newBuilder().setDrain(real("fd00::3", ""))),
                "real",
                "drain",
                "10.0.0.2",
                "FD00:0::3",
                "10.0.0.2");
        assertAsked(
                apply(Edit.newBuilder().setUndrain(real("10.0.0.2", VIP))),
                "real",
                "undrain",
                "10.0.0.2",
                "--vip",
                VIP);
        assertAsked(apply(Edit.newBuilder().setMaintenance(real("10.0.0.2", ""))), "real", "maintenance", "10.0.0.2");
        assertAsked(
                apply(Edit.newBuilder()
                        .setSetWeight(SetWeight.newBuilder()
                                .setReal("10.0.0.2")
                                .setVip(VIP)
                                .setWeight(0))),
                "real",
                "weight",
                "10.0.0.2",
                "0",
                "--vip",
                VIP);
        assertAsked(
                apply(Edit.newBuilder()
                        .setAddReal(AddReal.newBuilder().setPool("web").setReal("10.0.0.9"))),
                "real",
                "add",
                "web",
                "10.0.0.9");
        assertAsked(
                apply(Edit.newBuilder()
                        .setAddReal(AddReal.newBuilder()
                                .setPool("web")
                                .setReal("10.0.0.9")
                                .setWeight(7))),
                "real",
                "add",
                "web",
                "10.0.0.9",
                "--weight",
                "7");
        assertAsked(
                apply(Edit.newBuilder()
                        .setRemoveReal(RemoveReal.newBuilder().setPool("web").setReal("10.0.0.9"))),
                "real",
                "remove",
                "10.0.0.9",
                "--pool",
                "web");
    }

    @Test
    void vipVerbs_areEdits() {
        assertAsked(
                apply(Edit.newBuilder()
                        .setAddVip(AddVip.newBuilder()
                                .setVip(VIP)
                                .setPool("web")
                                .setSettings("hash=source\ntrack = false"))),
                "vip",
                "add",
                VIP,
                "--pool",
                "web",
                "--set",
                "hash=source",
                "--set",
                "track = false");
        assertAsked(
                apply(Edit.newBuilder().setRemoveVip(RemoveVip.newBuilder().setVip("[2001:db8::1]:80/tcp"))),
                "vip",
                "remove",
                "[2001:DB8:0::1]:80/tcp");
    }

    @Test
    void expectAndComment_goWithTheChange() {
        ApplyRequest request = apply(Edit.newBuilder().setDrain(real("10.0.0.2", "")));
        assertAsked(
                request.toBuilder()
                        .setExpectedRevision(12)
                        .setComment("disk is failing")
                        .build(),
                "real",
                "drain",
                "10.0.0.2",
                "--expect",
                "12",
                "--comment",
                "disk is failing");
    }

    @Test
    void wrongUsage_disturbsNobody() {
        assertWrong("\"web\" is not", "vip", "remove", "web");
        assertWrong("\"web\" is not", "real", "drain", "web");
        assertWrong("\"web\" is not", "real", "drain", "10.0.0.2", "--vip", "web");
        assertWrong("'hash' is not KEY=VALUE", "vip", "add", VIP, "--pool", "web", "--set", "hash");
        assertWrong("Missing required option: '--pool=POOL'", "vip", "add", VIP);
        assertWrong("weight: 65536 is not between 0 and 65535", "real", "weight", "10.0.0.2", "65536");
        assertWrong("weight: -1 is not between 0 and 65535", "real", "add", "web", "10.0.0.2", "--weight=-1");
        assertWrong("--expect: 0 is no revision", "real", "drain", "10.0.0.2", "--expect", "0");
        assertWrong("Missing required parameter: 'ADDRESS'", "real", "drain");
    }

    private void assertWrong(String message, String... arguments) {
        CliRun run = run(arguments);
        assertTrue(run.err().startsWith("thresher: ") && run.err().contains(message), run.err());
        assertEquals(2, run.exitCode());
        assertEquals(List.of(), control.requests());
    }

    @Test
    void aGroupWithoutAVerb_isWrongUsage() {
        CliRun run = CliRun.of("real");
        assertTrue(run.err().startsWith("thresher: Missing required subcommand"), run.err());
        assertTrue(run.err().endsWith("See 'thresher real --help'.\n"), run.err());
        assertEquals(2, run.exitCode());
        assertTrue(CliRun.of("real", "--help").out().contains("maintenance"));
    }
}
