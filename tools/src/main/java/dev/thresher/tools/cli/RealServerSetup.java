// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.tools.realserver.Change;
import dev.thresher.tools.realserver.Finding;
import dev.thresher.tools.realserver.Journal;
import dev.thresher.tools.realserver.Wanted;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code real-server setup}. */
@Command(
        name = "setup",
        description = {
            "Make this host a real server.",
            "Puts the VIPs on lo, keeps the host from answering ARP for them, makes room for the outer header, and has it taken"
                    + " off. Does only what 'check' finds missing, so it may be run again. It lasts until the host restarts or"
                    + " 'teardown' takes it back."
        })
final class RealServerSetup extends Verb {
    @Mixin
    private RealServerOptions options = new RealServerOptions();

    @Option(names = "--dry-run", description = "Print the commands and run none.")
    private boolean dryRun;

    @Option(names = "--journal", hidden = true, description = "Where to write what 'teardown' has to take back.")
    private Path journal = Journal.DEFAULT;

    @Override
    public Integer call() {
        Wanted wanted = options.wanted();
        List<Finding> findings = RealServerOptions.examine(wanted);
        if (dryRun) {
            findings.forEach(finding -> finding.mend().forEach(change -> say(change.text())));
            return ExitCode.OK;
        }
        findings.forEach(this::mend);
        List<Finding> left = RealServerOptions.examine(wanted).stream()
                .filter(finding -> !finding.ok())
                .toList();
        if (!left.isEmpty()) {
            throw CommandFailure.failed(
                    "this is still missing after all: "
                            + String.join("; ", left.stream().map(Finding::text).toList()),
                    null);
        }
        return ExitCode.OK;
    }

    private void mend(Finding finding) {
        if (finding.ok()) {
            say("ok       " + finding.text());
            return;
        }
        say("missing  " + finding.text());
        finding.mend().forEach(this::make);
    }

    private void make(Change change) {
        Journal written = new Journal(journal);
        written.record(change);
        say("         run: " + change.text());
        HostCommand.run(change.command()).ifPresent(reason -> {
            written.drop(change);
            throw CommandFailure.failed(
                    "'" + change.text() + "' failed: " + reason
                            + "\nWhat was done so far stays; take it back with: thresher real-server teardown",
                    null);
        });
    }

    private void say(String line) {
        out().println(line);
        out().flush();
    }
}
