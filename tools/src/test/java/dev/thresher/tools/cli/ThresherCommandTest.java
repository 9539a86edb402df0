// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;

final class ThresherCommandTest {
    @Test
    void help_listsEveryVerbUnderItsHeading() {
        CliRun run = CliRun.of("--help");

        assertEquals(0, run.exitCode());
        for (VerbGroup group : ThresherCommand.VERBS) {
            int heading = run.outLines().indexOf(group.heading() + ":");
            assertTrue(heading > 0, run.out());
            for (Class<?> verb : group.verbs()) {
                String name = verb.getAnnotation(Command.class).name();
                assertTrue(
                        run.outLines().stream().skip(heading).anyMatch(line -> line.startsWith("  " + name + " ")),
                        run.out());
            }
        }
        assertTrue(run.out().contains("2   wrong usage or invalid input"), run.out());
    }

    @Test
    void verbHelp_namesTheDefaults() {
        String help = CliRun.of("status", "--help").out();

        assertTrue(help.contains("$THRESHER_SOCKET"), help);
        assertFalse(help.contains("null"), help);
    }

    @Test
    void noVerb_showsTheHelpAndFails() {
        CliRun run = CliRun.of();

        assertEquals("", run.out());
        assertTrue(run.err().startsWith("Usage: thresher"), run.err());
        assertEquals(2, run.exitCode());
    }

    @Test
    void version_isThatOfTheBuild() {
        String version = CliRun.of("--version").out();

        assertTrue(version.matches("thresher \\d+\\.\\d+\\.\\d+\\S*\\R"), version);
    }

    @Test
    void mistypedVerb_getsASuggestion() {
        CliRun run = CliRun.of("statis");

        List<String> lines = run.errLines();
        assertEquals("thresher: there is no verb 'statis'", lines.get(0));
        assertTrue(lines.get(1).startsWith("Did you mean: thresher status"), run.err());
        assertEquals("See 'thresher --help'.", lines.get(2));
        assertEquals(2, run.exitCode());
    }

    @Test
    void unknownOption_pointsToTheVerbsHelp() {
        CliRun run = CliRun.of("vips", "--jason");

        assertTrue(run.err().startsWith("thresher: Unknown option: '--jason'"), run.err());
        assertTrue(run.err().endsWith("See 'thresher vips --help'.\n"), run.err());
        assertEquals(2, run.exitCode());
    }

    @Test
    void socketAndInstance_excludeEachOther() {
        CliRun run = CliRun.of("vips", "--socket", "/a", "--instance", "b");

        assertTrue(run.err().startsWith("thresher: --socket=PATH, --instance=NAME are mutually exclusive"), run.err());
        assertEquals(2, run.exitCode());
    }

    @Test
    void daemon_sendsToTheScript() {
        CliRun run = CliRun.of("daemon", "--config", "/etc/x.conf");

        assertTrue(run.err().contains("Run the script: thresher daemon --config /etc/x.conf"), run.err());
        assertEquals(1, run.exitCode());
    }

    @Test
    void labExec_leavesTheCommandItsOptions() {
        CliRun run = CliRun.of("lab", "exec", "--lab", "nosuchlab", "client", "curl", "-s", "--help");

        assertEquals("thresher: no lab 'nosuchlab' is up; bring it up with: thresher lab up\n", run.err());
        assertEquals(1, run.exitCode());
    }
}
