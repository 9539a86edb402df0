// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.Change;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The verb {@code apply}. */
@Command(
        name = "apply",
        description = {
            "Put a configuration file into force, as a whole or not at all.",
            "The file is read here, with what it includes and its folder conf.d. What would change is shown before. The "
                    + "daemon's own files stay as they are: the difference to them is kept as runtime changes, see "
                    + "'thresher runtime'."
        })
public final class ApplyCommand extends AskingVerb {
    @Parameters(paramLabel = "FILE", description = "The configuration, in HOCON.")
    private Path file = Path.of("");

    private @Nullable Change change;

    @Override
    void prepare() {
        change = WholeFile.read(file);
    }

    @Override
    Change change() {
        return Objects.requireNonNull(change);
    }
}
