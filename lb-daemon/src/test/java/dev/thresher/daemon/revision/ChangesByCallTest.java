// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.ConfigError;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.config.change.Edit;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChangesByCallTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
    private static final Author ROOT = new Author("root (uid 0)", "maintenance of the rack");
    private static final Change HEAVIER = weight("10.0.0.2", 5);
    private static final String CHANGED = "real 10.0.0.2 in pool web";

    @TempDir
    Path dir;

    private final FailingDisk disk = new FailingDisk();
    private RecordedActivation activation = new RecordedActivation();
    private Path file;
    private Instant now = START;
    private Revisions revisions;

    @BeforeEach
    void start() throws Exception {
        file = dir.resolve("thresher.conf");
        write("");
        restart();
    }

    private void restart() throws Exception {
        activation = new RecordedActivation();
        Intent intent = Intent.load(file);
        activation.activated.add(intent.config());
        revisions = Revisions.begin(file, intent, disk, activation, () -> now);
    }

    private void write(String more) throws IOException {
        Files.writeString(file, text(more));
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

    private void reloadWith(String more) {
        try {
            write(more);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        revisions.reload();
    }

    private static Change weight(String real, int weight) {
        return edits(new Edit.SetWeight(IpText.parse(real), null, weight));
    }

    private static Change edits(Edit... edits) {
        return new Change.Edits(List.of(edits));
    }

    /** Of 10.0.0.2, as it is in force. */
    private int weight() {
        return activation
                .latest()
                .pools()
                .get(0)
                .real(IpText.parse("10.0.0.2"))
                .orElseThrow()
                .weight();
    }

    private RefusedException refused(Change change, long expected) {
        int before = activation.activated.size();
        long revision = revisions.state().revision();
        List<String> files = files();
        RefusedException refusal = assertThrows(RefusedException.class, () -> revisions.apply(change, expected, ROOT));
        assertEquals(before, activation.activated.size(), "nothing was activated");
        assertEquals(revision, revisions.state().revision());
        assertEquals(files, files(), "nothing was written");
        return refusal;
    }

    /** Every file of the state directory with what it says. */
    private List<String> files() {
        List<String> found = new ArrayList<>();
        Path state = dir.resolve("state");
        if (Files.isDirectory(state)) {
            try (Stream<Path> paths = Files.walk(state)) {
                for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                    found.add(path + ": " + Files.readString(path));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
        return found;
    }

    @Test
    void apply_isTheNextRevision_andSurvivesARestart() throws Exception {
        now = START.plusSeconds(60);
        Outcome outcome = revisions.apply(HEAVIER, 1, ROOT);
        assertEquals(2, outcome.revision());
        assertEquals(List.of(CHANGED), outcome.difference().names());
        assertEquals(5, weight());

        restart();
        assertEquals(5, weight());
        assertEquals(2, revisions.state().revision());
        assertEquals(now, revisions.state().since());
        Revision revision = revisions.past().before(Long.MAX_VALUE, 1).get(0);
        assertEquals(
                new Revision(2, now, "root (uid 0)", "1 edit", "maintenance of the rack", List.of(CHANGED)), revision);
    }

    @Test
    void apply_ofWhatIsInForce_writesNothing() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        List<String> files = files();
        int activations = activation.activated.size();
        Outcome again = revisions.apply(HEAVIER, 0, ROOT);
        assertEquals(2, again.revision());
        assertEquals(Difference.NONE, again.difference());
        assertEquals(activations, activation.activated.size());
        assertEquals(files, files());
    }

    @Test
    void apply_onAnotherRevisionThanExpected_isRefusedWithTheOneInForce() throws Exception {
        revisions.apply(HEAVIER, 1, ROOT);
        RefusedException refusal = refused(weight("10.0.0.3", 7), 1);
        assertEquals(RefusedException.Reason.WRONG_REVISION, refusal.reason());
        assertEquals(2, refusal.revision());
        assertThrows(RefusedException.class, () -> revisions.plan(HEAVIER, 1));
    }

    /** To foresee where flows go takes as long as the tables of all VIPs that change. */
    @Test
    void apply_thatForesees_letsAReloadPass_andGoesOnFromThere() throws Exception {
        AtomicBoolean first = new AtomicBoolean(true);
        activation.whileForeseeing = () -> {
            if (first.getAndSet(false)) {
                CompletableFuture.runAsync(() -> {
                            reloadWith("capacity.vips = 100");
                        })
                        .join();
            }
        };
        assertEquals(3, revisions.apply(HEAVIER, 0, ROOT).revision());
        assertEquals(100, activation.latest().capacity().vips());
        assertEquals(1, revisions.runtime().size());
    }

    @Test
    void apply_ofTwoAtOnce_oneWins() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        CountDownLatch go = new CountDownLatch(1);
        List<Future<Long>> clients = new ArrayList<>();
        for (int weight : new int[] {3, 4}) {
            Callable<Long> client = () -> {
                go.await();
                return revisions.apply(weight("10.0.0.2", weight), 1, ROOT).revision();
            };
            clients.add(threads.submit(client));
        }
        go.countDown();
        int won = 0;
        for (Future<Long> client : clients) {
            try {
                assertEquals(2, client.get());
                won++;
            } catch (java.util.concurrent.ExecutionException e) {
                RefusedException refusal = (RefusedException) Objects.requireNonNull(e.getCause());
                assertEquals(RefusedException.Reason.WRONG_REVISION, refusal.reason());
                assertEquals(2, refusal.revision());
            }
        }
        threads.shutdown();
        assertEquals(1, won);
        assertEquals(2, revisions.state().revision());
    }

    @Test
    void apply_ofAnInvalidText_saysWhere() {
        RefusedException refusal = refused(new Change.Whole(text("xdp-mode = fast"), "new.conf"), 0);
        assertEquals(RefusedException.Reason.INVALID, refusal.reason());
        assertEquals("new.conf", refusal.problems().get(0).file());
        assertEquals(6, refusal.problems().get(0).line());
        assertEquals("thresher.xdp-mode", refusal.problems().get(0).path());
    }

    @Test
    void apply_ofASettingThatNeedsARestart_isRefused() {
        RefusedException refusal = refused(new Change.Whole(text("maglev-seed = 7"), "new.conf"), 0);
        assertEquals(RefusedException.Reason.INVALID, refusal.reason());
        assertEquals(
                "new.conf:6: thresher.maglev-seed: this setting holds for as long as the daemon runs: "
                        + "a change of it needs a restart",
                refusal.problems().get(0).toString());
    }

    @Test
    void apply_thatTheKernelRefuses_leavesNoTrace() throws Exception {
        activation.refuses = true;
        RefusedException refusal = refused(HEAVIER, 0);
        assertEquals(RefusedException.Reason.IMPOSSIBLE, refusal.reason());
        assertEquals("the kernel refuses this write", refusal.getMessage());
        activation.refuses = false;
        restart();
        assertEquals(1, weight());
    }

    @Test
    void apply_onAFullDisk_isRefusedBeforeAnythingChanges_andToldUntilItIsNot() throws Exception {
        disk.full = true;
        RefusedException refusal = refused(HEAVIER, 0);
        assertEquals(RefusedException.Reason.IMPOSSIBLE, refusal.reason());
        String reason = "cannot write " + dir + "/state/runtime.conf: No space left on device";
        assertEquals(reason + "; a change by call has to survive a crash, so it was not made", refusal.getMessage());
        assertEquals(
                List.of(reason + "; changes by calls are refused as long as they could not be kept"),
                revisions.state().warnings());

        disk.full = false;
        revisions.apply(HEAVIER, 0, ROOT);
        assertEquals(List.of(), revisions.state().warnings());
    }

    @Test
    void fullDisk_hindersNoReload_andNoStart() throws Exception {
        disk.full = true;
        write("pools.web.reals = [ { address = \"10.0.0.2\", weight = 9 } ]");
        revisions.reload();
        assertEquals(9, weight());
        assertEquals(2, revisions.state().revision());
        assertEquals(List.of(), revisions.state().problems());

        restart();
        assertEquals(9, weight());
        assertFalse(revisions.state().warnings().isEmpty());
        assertEquals(RefusedException.Reason.IMPOSSIBLE, refused(HEAVIER, 0).reason());
    }

    @Test
    void apply_thatCannotBeFlushed_isTakenBack() throws Exception {
        disk.failingPlace = 1;
        assertThrows(RefusedException.class, () -> revisions.apply(HEAVIER, 0, ROOT));
        assertEquals(1, weight());
        assertEquals(1, revisions.state().revision());
        restart();
        assertEquals(1, weight());
        assertEquals(1, revisions.state().revision());
    }

    @Test
    void plan_tellsAndChangesNothing() throws Exception {
        List<String> files = files();
        Outcome outcome = revisions.plan(edits(new Edit.AddVip(VipKey.parse("203.0.113.10:443/tcp"), "web", "")), 1);
        assertEquals(List.of("vip 203.0.113.10:443/tcp"), outcome.difference().names());
        assertEquals(1, outcome.revision());
        assertEquals(files, files());
        assertEquals(1, activation.activated.size());

        Outcome idle = revisions.plan(
                edits(
                        new Edit.SetWeight(IpText.parse("10.0.0.2"), null, 0),
                        new Edit.SetWeight(IpText.parse("10.0.0.3"), null, 0)),
                0);
        assertEquals(
                List.of("pool web takes no new flows: every real has weight 0, is drained or in maintenance"),
                idle.difference().warnings());
    }

    @Test
    void whatIsNotThere_isNotFound() {
        assertEquals(
                RefusedException.Reason.NOT_FOUND,
                refused(weight("10.0.0.9", 1), 0).reason());
        assertEquals(
                RefusedException.Reason.NOT_FOUND,
                refused(new Change.Rollback(7), 0).reason());
        assertEquals(
                RefusedException.Reason.NOT_FOUND,
                refused(new Change.Discard(Set.of("pool web")), 0).reason());
    }

    @Test
    void rollback_bringsBackWhatWas_asANewRevision() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        revisions.apply(edits(new Edit.RemoveVip(VipKey.parse("203.0.113.10:80/tcp"))), 0, ROOT);
        Outcome outcome = revisions.apply(new Change.Rollback(2), 3, ROOT);
        assertEquals(4, outcome.revision());
        assertEquals(5, weight());
        assertEquals(1, activation.latest().vips().size());
        Outcome first = revisions.apply(new Change.Rollback(1), 0, ROOT);
        assertEquals(5, first.revision());
        assertEquals(1, weight());
        assertEquals(List.of(), revisions.runtime(), "the files say so themselves");
        assertEquals(
                List.of("rollback to 1", "rollback to 2", "1 edit", "1 edit", "the daemon started"),
                revisions.past().before(Long.MAX_VALUE, 10).stream()
                        .map(Revision::how)
                        .toList());
    }

    @Test
    void rollback_toARevisionThatSomebodyChanged_isRefused() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        Path past = dir.resolve("state/history/1.conf");
        Files.writeString(past, Files.readString(past).replace("10.0.0.3", "10.0.0.66"));
        RefusedException refusal = refused(new Change.Rollback(1), 0);
        assertEquals(RefusedException.Reason.IMPOSSIBLE, refusal.reason());
        assertEquals(
                past
                        + " is not as the daemon wrote it; see what it says, and if that is meant, make it a change of"
                        + " its own: thresher apply " + past,
                refusal.getMessage());
    }

    @Test
    void rollback_acrossASettingThatNeedsARestart_tellsTheWayOut() throws Exception {
        write("maglev-seed = 7");
        restart();
        RefusedException refusal = refused(new Change.Rollback(1), 0);
        assertEquals(RefusedException.Reason.INVALID, refusal.reason());
        assertTrue(
                refusal.problems()
                        .get(0)
                        .message()
                        .endsWith("a change of it needs a restart; to roll back all else: thresher history 1 > FILE, "
                                + "write into FILE what this setting is now, thresher apply FILE"),
                refusal.getMessage());
    }

    @Test
    void wholeText_isInForceBesideTheFiles_untilItIsDiscarded() throws Exception {
        String wanted = text("vips += { address = \"203.0.113.10\", port = 443, pool = web }");
        revisions.apply(new Change.Whole(wanted, "new.conf"), 0, ROOT);
        assertEquals(2, activation.latest().vips().size());
        restart();
        assertEquals(2, activation.latest().vips().size());
        Outcome outcome = revisions.apply(new Change.Discard(Set.of()), 2, ROOT);
        assertEquals(List.of("vip 203.0.113.10:443/tcp"), outcome.difference().names());
        assertEquals(1, activation.latest().vips().size());
    }

    @Test
    void discard_ofSome_leavesTheOthers() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        revisions.apply(weight("10.0.0.3", 7), 0, ROOT);
        revisions.apply(new Change.Discard(Set.of(CHANGED)), 0, ROOT);
        assertEquals(1, weight());
        assertEquals(
                List.of("real 10.0.0.3 in pool web"),
                revisions.runtime().stream()
                        .map(change -> change.change().element().name())
                        .toList());
    }

    @Test
    void reload_thatDisagrees_isToldByName_andTheChangeCounts() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        write("pools.web.reals = [ { address = \"10.0.0.2\", weight = 3 }, \"10.0.0.3\" ]");
        revisions.reload();
        assertEquals(5, weight());
        assertEquals(2, revisions.state().revision());
        String warning = revisions.state().warnings().get(0);
        assertTrue(warning.startsWith("runtime change of " + CHANGED + ": " + file + ":6"), warning);

        // Another edit is no reason to hold one's tongue.
        revisions.apply(weight("10.0.0.3", 7), 0, ROOT);
        assertEquals(warning, revisions.state().warnings().get(0));
        restart();
        assertEquals(warning, revisions.state().warnings().get(0));
    }

    @Test
    void reload_ofFilesThatSayWhatWasChanged_makesTheChangeRedundant() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        write("pools.web.reals = [ { address = \"10.0.0.2\", weight = 5 }, \"10.0.0.3\" ]");
        revisions.reload();
        assertEquals(2, revisions.state().revision(), "nothing changed");
        assertEquals(List.of(), revisions.runtime());
        // What the files say from now on counts.
        write("");
        revisions.reload();
        assertEquals(1, weight());
        restart();
        assertEquals(1, weight());
    }

    @Test
    void history_keepsTheLatestHundred() throws Exception {
        for (int weight = 2; weight <= History.KEPT + 5; weight++) {
            revisions.apply(weight("10.0.0.2", weight), 0, ROOT);
        }
        List<Revision> all = revisions.past().before(Long.MAX_VALUE, 1000);
        assertEquals(History.KEPT, all.size());
        assertEquals(History.KEPT + 5, all.get(0).number());
        assertEquals(6, all.get(all.size() - 1).number());
        assertEquals(
                List.of(99L, 98L),
                revisions.past().before(100, 2).stream().map(Revision::number).toList());
        String text = revisions.past().text(50).hocon();
        assertTrue(text.contains("weight") && !text.contains("include"), text);
        assertThrows(RefusedException.class, () -> revisions.past().text(5));
    }

    @Test
    void reload_thatRunsOutOfMemory_isTold_andTheNextOneCounts() throws Exception {
        activation.failure = new OutOfMemoryError("Java heap space");
        write("pools.web.reals = [ { address = \"10.0.0.2\", weight = 9 } ]");
        revisions.reload();
        assertEquals(
                List.of(file + ": cannot be read: java.lang.OutOfMemoryError: Java heap space"),
                revisions.state().problems().stream().map(ConfigError::toString).toList());
        activation.failure = null;
        revisions.reload();
        assertEquals(List.of(), revisions.state().problems());
        assertEquals(9, weight());
    }

    @Test
    void runtimeFileThatWasEditedByHand_isNotOverwritten() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        Path runtime = revisions.runtimeFile();
        String edited = Files.readString(runtime).replace("5", "7");
        Files.writeString(runtime, edited);

        RefusedException refusal = refused(weight("10.0.0.2", 6), 0);

        String reason =
                runtime + " was edited while the daemon runs, which reads it at its start only: restart the daemon to"
                        + " have the edit count, or remove the file to have it written anew";
        assertTrue(String.valueOf(refusal.getMessage()).startsWith(reason), refusal::getMessage);
        assertEquals(edited, Files.readString(runtime));
        assertTrue(revisions.state().warnings().stream().anyMatch(warning -> warning.startsWith(reason)));
        restart();
        revisions.apply(weight("10.0.0.2", 6), 0, ROOT);
        assertEquals(6, weight());
        Files.delete(runtime);
        revisions.apply(weight("10.0.0.2", 8), 0, ROOT);
        assertTrue(Files.readString(runtime).contains("8"), "it is there again");
    }

    @Test
    void invalidRuntimeFile_isToldByFileAndLine() throws Exception {
        revisions.apply(HEAVIER, 0, ROOT);
        Path runtime = revisions.runtimeFile();
        Files.writeString(runtime, Files.readString(runtime).replace("5", "heavy"));
        String message = String.valueOf(
                assertThrows(Exception.class, () -> Intent.load(file)).getMessage());
        assertTrue(message.startsWith(runtime + ":"), message);
        assertTrue(message.contains("heavy"), message);
    }
}
