// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.config.Config;
import dev.thresher.config.ConfigError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RevisionsTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    @TempDir
    Path dir;

    private final RecordedActivation activation = new RecordedActivation();
    private final List<Config> activated = activation.activated;
    private Path file;
    private Instant now = START;
    private Revisions revisions;

    @BeforeEach
    void start() throws Exception {
        file = dir.resolve("thresher.conf");
        write("");
        revisions = Revisions.begin(file, Intent.load(file), activation, () -> now);
    }

    private void write(String more) throws IOException {
        Files.writeString(file, """
            thresher {
              interface = eth0
              state-directory = "%s/state"
              pools.web.reals = [ "10.0.0.2", "10.0.0.3" ]
              vips = [ { address = "203.0.113.10", port = 80, pool = web } ]
              %s
            }
            """.formatted(dir, more));
    }

    private List<String> problems() {
        return revisions.state().problems().stream().map(ConfigError::toString).toList();
    }

    private void assertNothingHappened() {
        assertEquals(List.of(), activated);
        assertEquals(1, revisions.state().revision());
        assertEquals(START, revisions.state().since());
    }

    @Test
    void reload_ofAnEdit_isTheNextRevision() throws Exception {
        write("pools.web.reals = [ \"10.0.0.2\" ]");
        now = START.plusSeconds(60);
        revisions.reload();
        assertEquals(1, activated.get(0).pools().get(0).reals().size());
        assertEquals(2, revisions.state().revision());
        assertEquals(now, revisions.state().since());
        assertEquals(List.of(), problems());
    }

    @Test
    void reload_ofTheSame_isNone() throws Exception {
        write("maglev-seed = 0 // as before");
        revisions.reload();
        assertNothingHappened();
        assertEquals(List.of(), problems());
    }

    @Test
    void reload_ofAnInvalidFile_saysWhereUntilItIsMended() throws Exception {
        write("vips = [ { address = \"203.0.113.10\", port = 80, pool = wbe } ]");
        revisions.reload();
        assertNothingHappened();
        assertEquals(
                List.of(file + ":6: thresher.vips[0].pool: \"wbe\" is not a pool; did you mean `web`?"), problems());

        write("");
        revisions.reload();
        assertNothingHappened();
        assertEquals(List.of(), problems());
    }

    @Test
    void filesThatDoNotCount_areTimedFromTheirFirstError() throws Exception {
        assertNull(revisions.state().invalidSince());
        now = START.plusSeconds(60);
        write("vips = 1");
        revisions.reload();
        now = START.plusSeconds(90);
        write("vips = 2");
        revisions.reload();
        assertEquals(START.plusSeconds(60), revisions.state().invalidSince());

        write("");
        revisions.reload();
        assertNull(revisions.state().invalidSince());
    }

    @Test
    void reload_ofAFileThatIsGone_keepsWhatThereIs() throws Exception {
        Files.delete(file);
        revisions.reload();
        assertNothingHappened();
        assertEquals(List.of(file + ": there is no such file"), problems());
    }

    @Test
    void reload_ofASettingThatCannotChange_refusesTheWholeEdit() throws Exception {
        write("pools.web.reals = [ \"10.0.0.2\" ], maglev-seed = 7");
        revisions.reload();
        assertNothingHappened();
        assertEquals(
                List.of(file + ":6: thresher.maglev-seed: this setting holds for as long as the daemon runs: "
                        + "a change of it needs a restart"),
                problems());
    }

    @Test
    void reload_thatTheKernelRefuses_isTold_andTriedAgainAtTheNext() throws Exception {
        write("pools.web.reals = [ \"10.0.0.2\" ]");
        activation.refuses = true;
        revisions.reload();
        assertNothingHappened();
        assertEquals(List.of(file + ": the kernel refuses this write"), problems());

        activation.refuses = false;
        revisions.reload();
        assertEquals(1, activated.size());
        assertEquals(2, revisions.state().revision());
        assertEquals(List.of(), problems());
    }

    @Test
    void files_areThoseOfTheLastReading() throws Exception {
        assertEquals(List.of(file), revisions.files());
        write("include \"more.conf\"");
        revisions.reload();
        assertEquals(List.of(file, dir.resolve("more.conf")), revisions.files());
        assertTrue(problems().get(0).startsWith(file + ":6: cannot include \"more.conf\""), problems()::toString);
    }
}
