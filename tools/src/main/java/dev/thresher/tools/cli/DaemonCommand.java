// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** The verb {@code daemon}: here so that the help lists it. The launcher script runs the daemon's own main class. */
@Command(
        name = "daemon",
        description = "Run the load balancer in the foreground.",
        footer = "See 'thresher daemon --help'.")
final class DaemonCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        throw CommandFailure.failed(
                "the daemon is a program of its own, and this is the command line tool.\n"
                        + "Run the script 'thresher daemon " + String.join(" ", arguments) + "', which starts it.",
                null);
    }
}
