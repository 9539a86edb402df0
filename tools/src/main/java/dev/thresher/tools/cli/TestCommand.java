// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** The verb {@code test}: here so that the help lists it. The launcher script runs the tests through Maven. */
@Command(name = "test", description = "Run every test of the source tree; arguments go to Maven.")
final class TestCommand implements Callable<Integer> {
    @Unmatched
    private final List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        throw CommandFailure.failed(
                "the tests belong to the source tree: run its script './thresher test " + String.join(" ", arguments)
                        + "'.",
                null);
    }
}
