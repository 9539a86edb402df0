// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.IpText;
import dev.thresher.config.change.Edit;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that dies at each step of a change in turn; what the next one finds is the old state or the new one. */
@Timeout(180)
class CrashTest {
    /** More than any change has. */
    private static final int MOST_STEPS = 60;

    @TempDir
    Path root;

    /** What a start after a crash finds. */
    private record Found(int weight, long revision, int standing, List<String> history) {}

    private Path folder(int steps, int weightBefore) throws Exception {
        Path dir = Files.createDirectory(root.resolve(Integer.toString(steps)));
        Path file = Files.writeString(dir.resolve("thresher.conf"), """
            thresher {
              interface = eth0
              state-directory = "%s/state"
              pools.web.reals = [ "10.0.0.2", "10.0.0.3" ] // the rack
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
            }
            """.formatted(dir));
        Files.writeString(Files.createDirectory(dir.resolve("conf.d")).resolve("mail.conf"), """
            thresher {
              pools.mail.reals = [ "10.0.0.2" ] // the cellar
              vips += { address = "203.0.113.25", port = 25, pool = mail }
            }
            """);
        if (weightBefore != 1) {
            Revisions revisions = begin(file);
            Edit edit = new Edit.SetWeight(IpText.parse("10.0.0.2"), null, weightBefore);
            revisions.apply(new Change.Edits(List.of(edit)), 0, new Author("test", ""));
        }
        return file;
    }

    private static Revisions begin(Path file) throws Exception {
        return Revisions.begin(file, Intent.load(file), new RecordedActivation(), InstantSource.system());
    }

    /** Whether it died on the way. */
    private static boolean died(Path file, String change, int steps) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        CrashedChange.class.getName(),
                        file.toString(),
                        change,
                        Integer.toString(steps))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertTrue(status == 0 || status == CrashedChange.DIED, output);
        return status == CrashedChange.DIED;
    }

    private static Found next(Path file) throws Exception {
        Revisions revisions = begin(file);
        List<Integer> weights = Intent.load(file).config().pools().stream()
                .map(pool -> pool.real(IpText.parse("10.0.0.2")).orElseThrow().weight())
                .distinct()
                .toList();
        assertEquals(1, weights.size(), "both pools or none");
        List<Revision> history = revisions.past().before(Long.MAX_VALUE, 100);
        assertEquals(List.of(), leftovers(file), "nothing is left lying about");
        assertEquals(List.of(), revisions.state().warnings());
        return new Found(
                weights.get(0),
                revisions.state().revision(),
                revisions.runtime().size(),
                history.stream().map(Revision::how).toList());
    }

    private static List<String> leftovers(Path file) throws IOException {
        try (Stream<Path> files = Files.walk(file.resolveSibling("."))) {
            return files.map(each -> String.valueOf(each.getFileName()))
                    .filter(name -> name.endsWith(".new"))
                    .toList();
        }
    }

    /** What is found after a crash at each step, and at last after none. */
    private List<Found> all(String change, int weightBefore) throws Exception {
        List<Found> found = new ArrayList<>();
        boolean died = true;
        for (int steps = 0; died && steps < MOST_STEPS; steps++) {
            Path file = folder(steps, weightBefore);
            died = died(file, change, steps);
            found.add(next(file));
        }
        assertTrue(!died, "the change never ends");
        assertTrue(found.size() > 8, "there are steps to die at");
        return found;
    }

    private static void assertOldThenNew(List<Found> found, Found before, Found after) {
        int turn = found.indexOf(after);
        assertTrue(turn > 0, () -> "never new: " + found);
        for (int step = 0; step < found.size(); step++) {
            assertEquals(step < turn ? before : after, found.get(step), "died at step " + step);
        }
    }

    @Test
    void apply_isMadeOrNot() throws Exception {
        assertOldThenNew(
                all("apply", 1),
                new Found(1, 1, 0, List.of("the daemon started")),
                new Found(5, 2, 2, List.of("1 edit", "the daemon started")));
    }

    @Test
    void discard_isMadeOrNot() throws Exception {
        assertOldThenNew(
                all("discard", 7),
                new Found(7, 2, 2, List.of("1 edit", "the daemon started")),
                new Found(1, 3, 0, List.of("runtime changes discarded", "1 edit", "the daemon started")));
    }

    @Test
    void commit_changesNothingThatIsInForce_andGoesOnFileByFile() throws Exception {
        List<String> history = List.of("1 edit", "the daemon started");
        List<Found> found = all("commit", 7);
        List<Integer> standing = found.stream().map(Found::standing).toList();
        found.forEach(each -> assertEquals(new Found(7, 2, each.standing(), history), each));
        assertEquals(List.of(2, 1, 0), standing.stream().distinct().toList());
        assertEquals(
                standing, standing.stream().sorted(Comparator.reverseOrder()).toList(), "forwards only");
    }
}
