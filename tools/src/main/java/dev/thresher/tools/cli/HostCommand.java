// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.Shell;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;

/** Runs commands that change this host: those of the system, and verbs of our own in this process. */
final class HostCommand {
    private static final String OWN = "thresher";

    private HostCommand() {}

    /** Why it failed; empty when it did not. */
    static Optional<String> run(List<String> command) {
        return command.get(0).equals(OWN) ? verb(command.subList(1, command.size())) : system(command);
    }

    private static Optional<String> system(List<String> command) {
        try {
            Shell.Result result = Shell.attempt("", command);
            String words = result.err().isBlank() ? result.out() : result.err();
            return result.exit() == 0 ? Optional.empty() : Optional.of(words.strip());
        } catch (LabException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static Optional<String> verb(List<String> arguments) {
        StringWriter words = new StringWriter();
        int exit = ThresherCommand.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(words))
                .execute(arguments.toArray(String[]::new));
        return exit == 0 ? Optional.empty() : Optional.of(words.toString().strip());
    }
}
