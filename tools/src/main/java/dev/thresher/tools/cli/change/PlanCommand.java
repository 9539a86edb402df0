// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.Change;
import dev.thresher.api.v1.PlanRequest;
import dev.thresher.api.v1.PlanResponse;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code plan}, also called {@code diff}. */
@Command(
        name = "plan",
        aliases = "diff",
        description = {
            "Show what a configuration file would change.",
            "The file is read here, with what it includes and its folder conf.d, and compared with what is in force."
        })
public final class PlanCommand extends ControlVerb {
    /** With --exit-code: something would change. */
    static final int DIFFERS = 3;

    @Parameters(paramLabel = "FILE", description = "The configuration, in HOCON.")
    private Path file = Path.of("");

    @Mixin
    private Expectation expectation = new Expectation();

    @Option(names = "--exit-code", description = "End with status " + DIFFERS + " if something would change.")
    private boolean exitCode;

    private @Nullable Change change;

    @Override
    void prepare() {
        change = WholeFile.read(file);
    }

    @Override
    int call(ControlClient control) {
        PlanResponse plan = control.plan(PlanRequest.newBuilder()
                .setChange(Objects.requireNonNull(change))
                .setExpectedRevision(expectation.revision())
                .build());
        int status = told(plan);
        return exitCode && !DifferenceText.isEmpty(plan.getDifference()) ? DIFFERS : status;
    }
}
