// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.tools.cli.CommandFailure;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which revision a change starts from. */
final class Expectation {
    @Option(
            names = "--expect",
            paramLabel = "REVISION",
            description = "Do nothing unless this revision is in force; 'thresher status' tells which is.")
    private @Nullable Long revision;

    /** 0 if any will do. */
    long revision() {
        if (revision == null) {
            return 0;
        }
        if (revision < 1) {
            throw CommandFailure.invalid("--expect: " + revision + " is no revision; they count from 1");
        }
        return revision;
    }
}
