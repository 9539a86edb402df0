// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jline.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every verb has. */
public abstract class Verb implements Callable<Integer> {
    // Picocli's own mixin would give each verb a --version too.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Where this verb was found. */
    protected final CommandLine commandLine() {
        return spec.commandLine();
    }

    /** For results. */
    protected final PrintWriter out() {
        return commandLine().getOut();
    }

    /** For messages. */
    protected final PrintWriter err() {
        return commandLine().getErr();
    }

    /** Whether results are coloured. */
    protected final Ansi ansi() {
        return commandLine().getColorScheme().ansi();
    }

    /** The terminal that somebody sits at, to be closed; empty if there is none. */
    protected final Optional<Terminal> terminal() {
        return ((ThresherCommand) spec.root().userObject()).terminals().open();
    }
}
