// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.tools.realserver.Journal;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The verb {@code real-server teardown}. */
@Command(
        name = "teardown",
        description = {
            "Take back what 'setup' did.",
            "All that every 'setup' since the host started changed, the last change first; what was there before is there again."
        })
final class RealServerTeardown extends Verb {
    @Option(names = "--dry-run", description = "Print the commands and run none.")
    private boolean dryRun;

    @Option(names = "--journal", hidden = true, description = "Where 'setup' wrote what to take back.")
    private Path journal = Journal.DEFAULT;

    @Override
    public Integer call() {
        Journal written = new Journal(journal);
        boolean failed = false;
        for (List<String> command : written.undo()) {
            String text = String.join(" ", command);
            out().println(dryRun ? text : "run: " + text);
            if (!dryRun) {
                // The next one may well succeed: somebody may have taken a part of it back by hand.
                Optional<String> reason = HostCommand.run(command);
                reason.ifPresent(why -> commandLine().getErr().println("thresher: '" + text + "' failed: " + why));
                failed |= reason.isPresent();
            }
        }
        if (!dryRun) {
            written.clear();
        }
        out().flush();
        commandLine().getErr().flush();
        return failed ? ExitCode.SOFTWARE : ExitCode.OK;
    }
}
