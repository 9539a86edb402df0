// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.Change;
import dev.thresher.tools.cli.CommandFailure;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The verb {@code rollback}. */
@Command(
        name = "rollback",
        description = {
            "Put everything back to what an earlier revision says.",
            "That makes a new revision. 'thresher history' lists those that are remembered."
        })
public final class RollbackCommand extends AskingVerb {
    @Parameters(paramLabel = "REVISION", description = "Its number.")
    private long number;

    @Override
    void prepare() {
        if (number < 1) {
            throw CommandFailure.invalid(number + " is no revision; they count from 1");
        }
    }

    @Override
    Change change() {
        return Change.newBuilder().setRollback(number).build();
    }
}
