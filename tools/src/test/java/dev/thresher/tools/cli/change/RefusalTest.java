// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.InvalidConfig;
import dev.thresher.api.v1.WrongRevision;
import dev.thresher.tools.cli.CliRun;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What people read when a daemon refuses. */
@Timeout(60)
final class RefusalTest {
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

    private void assertTold(int exitCode, String... lines) {
        CliRun run = CliRun.of(
                "real",
                "drain",
                "10.0.0.2",
                "--expect",
                "9",
                "--socket",
                dir.resolve("edge.sock").toString());
        assertEquals(List.of(lines), run.errLines());
        assertEquals("", run.out());
        assertEquals(exitCode, run.exitCode());
    }

    @Test
    void wrongRevision_namesTheOneToTryAgainFrom() {
        control.refuse(
                Code.ABORTED,
                "revision 12 is in force",
                WrongRevision.newBuilder().setCurrentRevision(12).build());
        assertTold(
                1,
                "thresher: another change came first: revision 12 is in force. Nothing has changed.",
                "See with 'thresher history' what it was; then try again with --expect 12.");
    }

    @Test
    void problemsThatWereLeftOut_areCounted_andEscapesAreShown() {
        control.refuse(
                Code.INVALID_ARGUMENT,
                "many",
                InvalidConfig.newBuilder()
                        .addProblems(
                                ConfigProblem.newBuilder().setPath("comment").setMessage("bad \u001b[2J"))
                        .setOmitted(41)
                        .build());
        assertTold(
                2,
                "thresher: this is not valid, and nothing has changed:",
                "  comment: bad \\u{1b}[2J",
                "  and 41 more");
    }

    @Test
    void invalidConfiguration_isToldProblemByProblem() {
        control.refuse(
                Code.INVALID_ARGUMENT,
                "2 problems",
                InvalidConfig.newBuilder()
                        .addProblems(ConfigProblem.newBuilder()
                                .setFile("/etc/thresher/thresher.conf")
                                .setLine(3)
                                .setPath("thresher.vips[0].pool")
                                .setMessage("\"wbe\" is not a pool"))
                        .addProblems(ConfigProblem.newBuilder()
                                .setPath("change.edits.edits[0].drain.real")
                                .setMessage("it is empty"))
                        .build());
        assertTold(
                2,
                "thresher: this is not valid, and nothing has changed:",
                "  /etc/thresher/thresher.conf:3: thresher.vips[0].pool: \"wbe\" is not a pool",
                "  change.edits.edits[0].drain.real: it is empty");
    }

    @Test
    void whatIsNotThere_isNamed() {
        control.refuse(Code.NOT_FOUND, "no pool has a real server 10.0.0.2");
        assertTold(
                1,
                "thresher: no pool has a real server 10.0.0.2",
                "See what there is with 'thresher vips', 'thresher reals' or 'thresher history'.");
    }

    @Test
    void whatCannotBeDone_isSaid() {
        control.refuse(Code.FAILED_PRECONDITION, "the map members has no room");
        assertTold(1, "thresher: this cannot be done, and nothing has changed: the map members has no room");
    }

    @Test
    void whoMayNot_isToldWhatItTakes() {
        control.refuse(Code.PERMISSION_DENIED, "role read may not call Apply");
        assertTold(
                1,
                "thresher: you may not do this: role read may not call Apply",
                "It takes another user, or a certificate of another role.");
    }

    @Test
    void aChangeThatTakesTooLong_mayHaveBeenMade() {
        control.refuse(Code.DEADLINE_EXCEEDED, "deadline");
        assertTold(
                1,
                "thresher: the daemon did not answer within 30s. Whether it made the change is not known.",
                "Look with 'thresher history' before you try again.");
    }

    @Test
    void anOlderDaemon_isToldFromARefusal() {
        control.refuse(Code.UNIMPLEMENTED, "no such method");
        assertTold(
                1,
                "thresher: what serves on " + dir.resolve("edge.sock") + " does not know this call.",
                "It is no thresher daemon, or older than this command: restart it with the installed version.");
    }
}
