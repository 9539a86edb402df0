// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.realserver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * What takes back what {@code real-server setup} changed: a command a line, the last change last. It is kept where a
 * restart of the host loses it, as that loses the changes.
 */
public final class Journal {
    /** Where it is by convention. */
    public static final Path DEFAULT = Path.of("/run/thresher/real-server.undo");

    private final Path file;

    /** The journal in that file, which need not be there yet. */
    public Journal(Path file) {
        this.file = file;
    }

    /** Writes down how to take a change back, before it is made. */
    public void record(Change change) {
        if (change.undo().isEmpty()) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(
                    file, String.join(" ", change.undo()) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Forgets the last line: its change was not made after all. */
    public void drop(Change change) {
        if (change.undo().isEmpty()) {
            return;
        }
        List<String> lines = lines();
        write(lines.subList(0, lines.size() - 1));
    }

    /** The commands that take everything back, in their order: the last change first. */
    public List<List<String>> undo() {
        List<List<String>> commands = new ArrayList<>();
        lines().forEach(line -> commands.add(List.of(line.split(" "))));
        Collections.reverse(commands);
        return commands;
    }

    /** Nothing is left to take back. */
    public void clear() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + file, e);
        }
    }

    private List<String> lines() {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private void write(List<String> lines) {
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
