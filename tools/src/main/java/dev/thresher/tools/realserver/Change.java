// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import java.util.List;

/**
 * A command that changes the host.
 *
 * @param undo the command that takes it back; empty when nothing has to be
 */
public record Change(List<String> command, List<String> undo) {
    /** Lists that cannot change. */
    public Change {
        command = List.copyOf(command);
        undo = List.copyOf(undo);
    }

    /** Both are words with single spaces between them. */
    static Change of(String command, String undo) {
        return new Change(words(command), words(undo));
    }

    static Change lasting(String command) {
        return of(command, "");
    }

    private static List<String> words(String text) {
        return text.isEmpty() ? List.of() : List.of(text.split(" "));
    }

    /** The command as one types it. */
    public String text() {
        return String.join(" ", command);
    }
}
