// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.tools.cli.CommandFailure;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import org.jline.terminal.Terminal;

/** Asks somebody who sits at a terminal. */
final class Question {
    private Question() {}

    /**
     * Anything but a yes is a no.
     *
     * @param terminal is closed
     * @throws CommandFailure if there is none
     */
    static boolean isAnsweredYes(Optional<Terminal> terminal, String text) {
        try (Terminal asked = terminal.orElseThrow(() -> CommandFailure.invalid(
                "nothing has changed, for there is no terminal to ask at: add --yes to do it without being asked"))) {
            asked.writer().print(text + " [y/N] ");
            asked.flush();
            return line(asked).strip().toLowerCase(Locale.ROOT).matches("y|yes");
        } catch (IOException e) {
            throw CommandFailure.failed("cannot ask at the terminal: " + e.getMessage(), e);
        }
    }

    private static String line(Terminal terminal) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = terminal.reader().read();
        while (next >= 0 && next != '\n' && next != '\r') {
            line.append((char) next);
            next = terminal.reader().read();
        }
        return line.toString();
    }
}
