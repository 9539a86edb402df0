// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.ApplyRequest;
import dev.thresher.api.v1.ApplyResponse;
import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.PlanResponse;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A verb that makes a change. */
abstract class ChangeVerb extends ControlVerb {
    @Mixin
    private Expectation expectation = new Expectation();

    @Option(names = "--comment", paramLabel = "TEXT", description = "Why, for the history.")
    private String comment = "";

    @Option(names = "--dry-run", description = "Show what would change, and change nothing.")
    private boolean dryRun;

    /** What is to change. */
    abstract Change change();

    @Override
    int call(ControlClient control) {
        return dryRun ? told(plan(control)) : make(control);
    }

    /** Without further ado. */
    int make(ControlClient control) {
        ApplyResponse made = apply(control, expectation.revision());
        if (isForScripts()) {
            return json(made);
        }
        show(made.getDifference());
        return tellRevision(made);
    }

    final PlanResponse plan(ControlClient control) {
        return control.plan(PlanRequest.newBuilder()
                .setChange(change())
                .setExpectedRevision(expectation.revision())
                .build());
    }

    final ApplyResponse apply(ControlClient control, long expected) {
        return control.apply(ApplyRequest.newBuilder()
                .setChange(change())
                .setExpectedRevision(expected)
                .setComment(comment)
                .build());
    }

    final int tellRevision(ApplyResponse made) {
        String revision = Long.toUnsignedString(made.getRevision());
        out().println(
                        DifferenceText.isEmpty(made.getDifference())
                                ? "Nothing has changed: revision " + revision + " says the same."
                                : "Revision " + revision + " is in force.");
        return ExitCode.OK;
    }
}
