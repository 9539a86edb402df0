// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The verb {@code drops}. */
@Command(
        name = "drops",
        description = "Show why packets were dropped: by reason, and by VIP.",
        footer = {
            "%nCounts go back to the creation of the pinned maps. Each dropped packet has one reason. A packet that is not "
                    + "for a VIP is never dropped."
        })
final class DropsCommand extends DaemonVerb {
    @Option(names = "--all", description = "Reasons that did not happen, too.")
    private boolean all;

    @Option(
            names = "--watch",
            description =
                    "Each second, what was dropped since: the time, the reason, how many, the VIP. With --json, how "
                            + "it stands, on a line.")
    private boolean watch;

    @Override
    public Integer call() {
        try (DaemonClient daemon = connect()) {
            if (watch) {
                DropWatch look = new DropWatch(() -> ask(daemon), DropsCommand::waitASecond, out());
                if (isForScripts()) {
                    look.json();
                } else {
                    look.lines();
                }
            } else if (isForScripts()) {
                out().println(JsonView.print(ask(daemon).json()));
            } else {
                ask(daemon).print(out(), commandLine().getColorScheme().ansi());
            }
        }
        out().flush();
        return ExitCode.OK;
    }

    private DropReport ask(DaemonClient daemon) {
        return DropReport.of(daemon.state(), daemon.counters(), all);
    }

    private static boolean waitASecond() {
        try {
            TimeUnit.SECONDS.sleep(1);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
