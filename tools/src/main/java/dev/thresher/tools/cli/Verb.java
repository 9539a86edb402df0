// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every verb has. */
abstract class Verb implements Callable<Integer> {
    // Picocli's own mixin would give each verb a --version too.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    CommandLine commandLine() {
        return spec.commandLine();
    }

    PrintWriter out() {
        return commandLine().getOut();
    }
}
