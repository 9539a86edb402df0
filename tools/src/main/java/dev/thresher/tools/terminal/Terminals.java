// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

import java.io.IOException;
import java.util.Optional;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.terminal.TerminalBuilder.SystemOutput;

/** Where to find the terminal of this process. */
@FunctionalInterface
public interface Terminals {
    /** The terminal, to be closed; empty if input or output is something else, such as a file or a pipe. */
    Optional<Terminal> open();

    /** That of standard input and output. */
    static Optional<Terminal> system() {
        try {
            // Without the provider that runs stty, which is slow and need not be there.
            return Optional.of(TerminalBuilder.builder()
                    .system(true)
                    .systemOutput(SystemOutput.SysOut)
                    .exec(false)
                    .dumb(false)
                    .build());
        } catch (IOException | IllegalStateException noTerminal) {
            return Optional.empty();
        }
    }
}
