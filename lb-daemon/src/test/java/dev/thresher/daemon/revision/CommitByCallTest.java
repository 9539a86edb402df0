// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.Edit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommitByCallTest {
    private static final Author ROOT = new Author("root (uid 0)", "");
    private static final String MAIN = """
        thresher {
          interface = eth0
          state-directory = "%s/state"
          pools.web.reals = [ "10.0.0.2", "10.0.0.3" ] // the rack
          vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
        }
        """;
    private static final String MAIL = """
        thresher {
          pools.mail.reals = [ "10.0.0.2", "10.0.0.5" ] // the cellar
          vips += { address = "203.0.113.25", port = 25, pool = mail }
        }
        """;

    @TempDir
    Path dir;

    private final FailingDisk disk = new FailingDisk();
    private RecordedActivation activation = new RecordedActivation();
    private Path main;
    private Path mail;
    private Revisions revisions;

    @BeforeEach
    void start() throws Exception {
        main = Files.writeString(dir.resolve("thresher.conf"), MAIN.formatted(dir));
        mail = Files.writeString(Files.createDirectory(dir.resolve("conf.d")).resolve("mail.conf"), MAIL);
        restart();
    }

    private void restart() throws Exception {
        activation = new RecordedActivation();
        Intent intent = Intent.load(main);
        activation.activated.add(intent.config());
        revisions = Revisions.begin(main, intent, disk, activation, () -> Instant.EPOCH);
    }

    private void apply(Edit... edits) throws RefusedException {
        revisions.apply(new Change.Edits(List.of(edits)), 0, ROOT);
    }

    private static Edit weight(String real, int weight) {
        return new Edit.SetWeight(IpText.parse(real), null, weight);
    }

    private List<String> runtime() {
        return revisions.runtime().stream()
                .map(change -> change.change().element().name())
                .toList();
    }

    /** Every file below the folder with what it says, those that wait for their place too. */
    private Map<Path, String> files() throws IOException {
        Map<Path, String> found = new TreeMap<>();
        try (Stream<Path> paths = Files.walk(dir)) {
            for (Path path : paths.filter(Files::isRegularFile).toList()) {
                found.put(path, Files.readString(path));
            }
        }
        return found;
    }

    private String refused() throws Exception {
        Map<Path, String> before = files();
        RefusedException refusal = assertThrows(RefusedException.class, () -> revisions.commit(0, ROOT));
        assertEquals(RefusedException.Reason.IMPOSSIBLE, refusal.reason());
        assertEquals(before, files(), "all is as it was");
        return String.valueOf(refusal.getMessage());
    }

    @Test
    void commit_writesEachChangeIntoItsFile_andNothingElseChanges() throws Exception {
        apply(weight("10.0.0.2", 5));
        Committed committed = revisions.commit(2, ROOT);
        assertEquals(new Committed(List.of(main, mail), 2), committed);
        assertEquals(
                MAIN.formatted(dir).replace("\"10.0.0.2\"", "{ address = \"10.0.0.2\", weight = 5 }"),
                Files.readString(main));
        assertEquals(MAIL.replace("\"10.0.0.2\"", "{ address = \"10.0.0.2\", weight = 5 }"), Files.readString(mail));
        assertEquals(List.of(), runtime());
        assertEquals(List.of(main, mail), revisions.files());

        revisions.reload();
        assertEquals(2, activation.activated.size(), "nothing but the edit was activated");
        assertEquals(2, revisions.state().revision());
        restart();
        assertEquals(List.of(), runtime());
        assertEquals(2, revisions.state().revision());
        assertEquals("1 edit", revisions.past().before(Long.MAX_VALUE, 1).get(0).how());
    }

    @Test
    void whatTheFilesSayAfterACommit_counts() throws Exception {
        apply(weight("10.0.0.3", 5));
        revisions.commit(0, ROOT);
        Files.writeString(main, MAIN.formatted(dir));
        revisions.reload();
        assertEquals(activation.activated.get(0), activation.latest());
        restart();
        assertEquals(List.of(), runtime());
    }

    @Test
    void nothingToCommit_writesNothing() throws Exception {
        Map<Path, String> before = files();
        assertEquals(new Committed(List.of(), 1), revisions.commit(1, ROOT));
        assertEquals(before, files());
    }

    @Test
    void anotherRevisionThanExpected_isRefused() throws Exception {
        apply(weight("10.0.0.2", 5));
        RefusedException refusal = assertThrows(RefusedException.class, () -> revisions.commit(1, ROOT));
        assertEquals(RefusedException.Reason.WRONG_REVISION, refusal.reason());
        assertEquals(2, refusal.revision());
    }

    @Test
    void filesWithErrors_areToBeMendedFirst() throws Exception {
        apply(weight("10.0.0.2", 5));
        Files.writeString(mail, "thresher.vips += 7");
        String first = refused();
        assertTrue(first.startsWith("the configuration files are to be mended first: " + mail + ":1: "), first);
        revisions.reload();
        assertEquals(first, refused());
    }

    @Test
    void fileThatWasJustEdited_isLeftAlone() throws Exception {
        apply(weight("10.0.0.2", 5));
        Files.writeString(mail, MAIL.replace("10.0.0.5", "10.0.0.6"));
        assertEquals(
                main + " or a file that belongs to it has just been edited, so nothing was written: "
                        + "try again once that is in force",
                refused());
        revisions.reload();
        revisions.commit(0, ROOT);
        assertTrue(Files.readString(mail).contains("10.0.0.6"));
    }

    @Test
    void fileThatIsEditedMeanwhile_isLeftAlone_andTheOthersAreAsTheyWere() throws Exception {
        apply(weight("10.0.0.2", 5));
        String edited = MAIL + "# by hand";
        disk.afterPlace = () -> Files.writeString(mail, edited);
        RefusedException refusal = assertThrows(RefusedException.class, () -> revisions.commit(0, ROOT));
        assertEquals(
                mail + " has just been edited, so nothing was written: try again once that is in force",
                refusal.getMessage());
        assertEquals(MAIN.formatted(dir), Files.readString(main));
        assertEquals(edited, Files.readString(mail));
        assertEquals(2, runtime().size());
    }

    @Test
    void fullDisk_isRefusedBeforeAnythingIsWritten() throws Exception {
        apply(weight("10.0.0.2", 5));
        disk.full = true;
        String message = refused();
        assertTrue(message.startsWith("cannot write " + dir + "/state/runtime.conf: No space left on device"), message);
        disk.full = false;
        disk.refused = mail;
        assertEquals(
                "cannot write " + mail + ": Read-only file system; the runtime changes stay beside the files, "
                        + "which are as they were",
                refused());
        assertEquals(List.of(), revisions.state().warnings(), "calls are kept all the same");
        disk.refused = null;
        revisions.commit(0, ROOT);
        assertEquals(List.of(), runtime());
    }

    @Test
    void placeThatCannotBeFlushed_isTakenBack() throws Exception {
        apply(weight("10.0.0.2", 5));
        for (int place = 1; place <= 3; place++) {
            disk.failingPlace = place;
            String message = refused();
            assertTrue(message.contains(": Input/output error; the runtime changes stay"), message);
            assertEquals(2, runtime().size());
        }
    }

    @Test
    void changeThatIsNotInForce_staysWhatItIs() throws Exception {
        apply(weight("10.0.0.5", 5), weight("10.0.0.3", 2));
        Files.writeString(mail, MAIL.replace(", \"10.0.0.5\"", ""));
        revisions.reload();
        assertEquals(List.of(main), revisions.commit(0, ROOT).files());
        assertEquals(List.of("real 10.0.0.5 in pool mail"), runtime());
        assertEquals(List.of(), revisions.commit(0, ROOT).files());
        restart();
        assertEquals(List.of("real 10.0.0.5 in pool mail"), runtime());
    }

    @Test
    void wholeTextsAndRollbacks_tellOfTheChangesNotInForceThatTheyForget() throws Exception {
        apply(weight("10.0.0.5", 5));
        Files.writeString(mail, MAIL.replace(", \"10.0.0.5\"", ""));
        revisions.reload();
        String name = "real 10.0.0.5 in pool mail";
        String warning = "the runtime change of " + name + " will be forgotten: the files have no " + name
                + " any more, so this change is not in force";
        String whole = revisions.past().text(0).hocon().replace("10.0.0.3", "10.0.0.4");
        assertEquals(
                List.of(warning),
                revisions
                        .plan(new Change.Whole(whole, "new.conf"), 0)
                        .difference()
                        .warnings());
        Outcome edit = revisions.plan(new Change.Edits(List.of(weight("10.0.0.3", 2))), 0);
        assertEquals(List.of(), edit.difference().warnings(), "an edit elsewhere leaves it");
        apply(weight("10.0.0.3", 2));
        assertEquals(
                List.of(warning),
                revisions.plan(new Change.Rollback(3), 0).difference().warnings());
        Outcome outcome = revisions.apply(new Change.Rollback(3), 0, ROOT);
        assertEquals(List.of(warning), outcome.difference().warnings());
        assertEquals(List.of(), runtime());
    }

    @Test
    void filesAreWrittenInAnOrder_inWhichEachStepIsAConfiguration() throws Exception {
        // The main file has the pool that the VIP of the other one has to leave before.
        Files.writeString(main, MAIN.formatted(dir) + "thresher.pools.post.reals = [ \"10.0.0.9\" ]\n");
        Files.writeString(mail, MAIL.replace("pool = mail", "pool = post"));
        revisions.reload();
        String whole = MAIN.formatted(dir) + MAIL;
        revisions.apply(new Change.Whole(whole, "new.conf"), 0, ROOT);
        assertEquals(List.of(mail, main), revisions.commit(0, ROOT).files());
        assertEquals(activation.activated.get(0), Intent.load(main).config());
    }

    @Test
    void filesThatNeedEachOther_areLeftToPeople() throws Exception {
        // A new pool in the main file for the other one's VIP, and away with the pool there that it has now.
        Files.writeString(main, MAIN.formatted(dir) + "thresher.pools.post.reals = [ \"10.0.0.9\" ]\n");
        Files.writeString(mail, """
            thresher.vips += { address = "203.0.113.25", port = 25, pool = post }
            """);
        revisions.reload();
        revisions.apply(new Change.Whole(MAIN.formatted(dir) + MAIL, "new.conf"), 0, ROOT);
        assertEquals(
                "the changes go into " + main + " and " + mail
                        + ", and what belongs into one needs what belongs into the"
                        + " other, so a crash between them would leave files that cannot be used: write the changes"
                        + " yourself, or discard them",
                refused());
        assertEquals(
                VipKey.parse("203.0.113.25:25/tcp"),
                activation.latest().vips().get(1).key());
    }
}
