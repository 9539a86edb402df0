// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.tools.lab.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code thresher completion}, with bash. */
final class CompletionCommandTest {
    private static final String SHOW = "_complete_thresher_names 2>/dev/null; printf '%s\\n' \"${COMPREPLY[@]}\"; ";

    @TempDir
    Path dir;

    private Path script(String shell) throws IOException {
        CliRun run = CliRun.of("completion", shell);
        assertEquals(0, run.exitCode());
        return Files.writeString(dir.resolve(shell), run.out());
    }

    /** What bash offers for the last word; it takes colons for the ends of words. */
    private List<String> offers(String... words) throws IOException {
        return lines(completion(words));
    }

    /** Bash code that completes the last of the words once, and shows what it offers. */
    private String completion(String... words) throws IOException {
        List<String> pieces = Stream.of(words)
                .flatMap(word -> Stream.of(word.split("(?=:)|(?<=:)", -1)))
                .toList();
        return "source " + script("bash") + "; COMP_WORDBREAKS=$' \\n:='; COMP_WORDS=(" + quoted(pieces)
                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=\"" + String.join(" ", words)
                + "\"; COMP_POINT=${#COMP_LINE}; " + SHOW;
    }

    private static String quoted(List<String> words) {
        return words.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" "));
    }

    /** What a program in bash says, with the folder's programs on its path. */
    private List<String> lines(String program) {
        List<String> command = List.of("env", "PATH=" + dir + ":/usr/bin:/bin", "bash", "-c", program);
        return Shell.attempt("", command).out().lines().map(String::strip).toList();
    }

    /** A command line tool that knows a daemon with these names, and writes down how it was called. */
    private void daemonWith(String... names) throws IOException {
        Path program = Files.writeString(
                dir.resolve("thresher"),
                "#!/bin/sh\necho \"$@\" >> " + calls() + "\nprintf '%s\\n' " + quoted(List.of(names)) + "\n");
        assertTrue(program.toFile().setExecutable(true));
    }

    private Path calls() {
        return dir.resolve("calls");
    }

    @Test
    void names_areCompletedWhereTheVerbWantsThem() throws IOException {
        daemonWith(
                "VIP 203.0.113.10:80/tcp",
                "VIP 203.0.113.10:443/tcp",
                "POOL web",
                "ADDRESS 10.0.0.2",
                "ADDRESS fd00::2");
        assertEquals(List.of("10.0.0.2"), offers("thresher", "real", "drain", "10"));
        assertEquals(List.of("10.0.0.2", "fd00::2"), offers("thresher", "real", "drain", "--json", ""));
        assertEquals(
                List.of("203.0.113.10:80/tcp", "203.0.113.10:443/tcp"), offers("thresher", "vip", "remove", "203"));
        assertEquals(List.of("web", "10.0.0.2", "fd00::2"), offers("thresher", "real", "add", ""));
        assertEquals(List.of("203.0.113.10:80/tcp", "203.0.113.10:443/tcp"), offers("thresher", "reals", "--vip", "2"));
        assertEquals(List.of("10.0.0.2", "fd00::2"), offers("thresher", "flows", "--real", ""));
        assertEquals(List.of(""), offers("thresher", "real", "drain", "--comment", ""));
        assertEquals(List.of(""), offers("thresher", "history", ""));
    }

    /** What stands before the last colon stays there. */
    @Test
    void nameWithColons_isCompletedFromItsLastPiece() throws IOException {
        daemonWith("VIP 203.0.113.10:80/tcp", "ADDRESS fd00:3::11");
        assertEquals(List.of("80/tcp"), offers("thresher", "vip", "remove", "203.0.113.10:8"));
        assertEquals(List.of("11"), offers("thresher", "real", "drain", "fd00:3::1"));
    }

    @Test
    void daemon_isAskedOnceForMany_andAgainForAnother() throws IOException {
        daemonWith("ADDRESS 10.0.0.2");
        lines(completion("thresher", "real", "drain", "1") + SHOW
                + "COMP_WORDS=(thresher real drain --instance b 1); COMP_CWORD=5; COMP_LINE=\"${COMP_WORDS[*]}\"; "
                + "COMP_POINT=${#COMP_LINE};" + SHOW);
        assertEquals(List.of("names", "names --instance=b"), Files.readAllLines(calls()));
    }

    @Test
    void withoutADaemon_nothingIsOffered() throws IOException {
        daemonWith();
        assertEquals(List.of(""), offers("thresher", "real", "drain", ""));
        assertEquals(List.of("--dry-run"), offers("thresher", "real", "drain", "--dry"));
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
