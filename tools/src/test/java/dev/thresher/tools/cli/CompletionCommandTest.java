// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.tools.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code thresher completion}, with bash. */
final class CompletionCommandTest {
    @TempDir
    Path dir;

    private Path script(String shell) throws IOException {
        CliRun run = CliRun.of("completion", shell);
        assertEquals(0, run.exitCode());
        return Files.writeString(dir.resolve(shell), run.out());
    }

    /** What bash offers for the last word. */
    private List<String> offers(String... words) throws IOException {
        String program = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
                + "COMP_LINE=\"$*\"; COMP_POINT=${#COMP_LINE}; _complete_thresher 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"";
        List<String> command = new ArrayList<>(
                List.of("bash", "-c", program, "bash", script("bash").toString()));
        command.addAll(List.of(words));
        return Shell.attempt("", command).out().lines().map(String::strip).toList();
    }

    @Test
    void script_isOneThatBashUnderstands() throws IOException {
        for (String shell : List.of("bash", "zsh")) {
            Shell.Result checked =
                    Shell.attempt("", List.of("bash", "-n", script(shell).toString()));
            assertEquals("", checked.err());
            assertEquals(0, checked.exit());
        }
    }

    @Test
    void script_completesVerbsAndOptions() throws IOException {
        assertEquals(List.of("rollback"), offers("thresher", "rol"));
        assertEquals(List.of("maintenance"), offers("thresher", "real", "mai"));
        assertEquals(List.of("--dry-run"), offers("thresher", "real", "drain", "--dry"));
    }

    @Test
    void anotherShell_isWrongUsage() {
        CliRun run = CliRun.of("completion", "fish");
        assertTrue(run.err().contains("'fish'"), run.err());
        assertEquals(2, run.exitCode());
    }
}
