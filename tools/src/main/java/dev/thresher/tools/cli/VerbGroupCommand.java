// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import picocli.CommandLine.Option;

/** A verb that has verbs of its own; without one of them it is wrong usage. */
public abstract class VerbGroupCommand {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;
}
