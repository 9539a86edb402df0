// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.State;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The verb {@code drops}. */
@Command(
        name = "drops",
        description = "Show why packets were dropped: by reason, and by VIP.",
        footer = {
            "%nCounts go back to the creation of the pinned maps. Each dropped packet has one reason. A packet that is not "
                    + "for a VIP is never dropped.",
            "With --watch where there is no terminal, what was dropped since is a line each: the time, the reason, how many,"
                    + " the VIP."
        })
final class DropsCommand extends StateVerb {
    @Option(names = "--all", description = "Reasons that did not happen, too.")
    private boolean all;

    @Override
    Answer answer(State state, DaemonClient daemon) {
        return DropReport.of(state, daemon.counters(), all);
    }
}
