// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Verbs that are here so that the help lists them: the launcher script runs other programs for them. */
abstract class LauncherVerb implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public final Integer call() {
        String name = getClass().getAnnotation(Command.class).name();
        throw CommandFailure.failed(
                "'" + name + "' is a program of its own, and this is the command line tool.\nRun the script: thresher "
                        + name + " " + String.join(" ", arguments),
                null);
    }

    @Command(
            name = "daemon",
            description = "Run the load balancer in the foreground.",
            footer = "See 'thresher daemon --help'.")
    static final class Daemon extends LauncherVerb {}

    @Command(name = "test", description = "Run every test of the source tree; arguments go to Maven.")
    static final class Test extends LauncherVerb {}

    @Command(name = "bench", description = "Measure the packet path and the table builder; see docs/benchmarks.md.")
    static final class Bench extends LauncherVerb {}
}
