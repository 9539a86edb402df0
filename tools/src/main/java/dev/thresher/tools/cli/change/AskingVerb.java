// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.PlanResponse;
import dev.thresher.tools.cli.CommandFailure;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** A verb whose change may be large: it is shown before, and made when somebody says so. */
abstract class AskingVerb extends ChangeVerb {
    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask. Without a terminal there is nobody to ask: then it is needed.")
    private boolean yes;

    @Override
    final int make(ControlClient control) {
        if (yes) {
            return super.make(control);
        }
        if (isForScripts()) {
            throw CommandFailure.invalid(
                    "--json asks no questions: add --yes to make the change, or --dry-run to see it");
        }
        PlanResponse plan = plan(control);
        tell(plan);
        if (DifferenceText.isEmpty(plan.getDifference())) {
            return ExitCode.OK;
        }
        if (!Question.isAnsweredYes(terminal(), "Make this change?")) {
            out().println("Nothing has changed.");
            return ExitCode.SOFTWARE;
        }
        // What was shown is what is made, or nothing.
        return tellRevision(apply(control, plan.getRevision()));
    }
}
