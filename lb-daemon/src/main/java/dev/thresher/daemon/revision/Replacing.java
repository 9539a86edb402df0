// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Replaces several files, all or none: they are written and flushed beside their places before the first gets its place. */
final class Replacing {
    private static final Logger LOG = LoggerFactory.getLogger(Replacing.class);

    private final Disk disk;
    private final List<Replacement> replacements;
    private final List<Disk.Prepared> prepared = new ArrayList<>();
    private final Deque<Replacement> placed = new ArrayDeque<>();

    Replacing(Disk disk, List<Replacement> replacements) {
        this.disk = disk;
        this.replacements = replacements;
    }

    /** Writes all of them; then they need no more room. */
    void prepare() throws IOException {
        for (Replacement each : replacements) {
            prepared.add(disk.prepare(each.file(), each.after()));
        }
    }

    /**
     * Puts them into their places. If it throws, {@link #putBack} is to be called.
     *
     * @throws RefusedException if somebody else has edited one meanwhile
     */
    void place() throws IOException, RefusedException {
        for (int i = 0; i < replacements.size(); i++) {
            Replacement each = replacements.get(i);
            if (!Files.readString(each.file()).equals(each.before())) {
                throw FileCommit.justEdited(each.file().toString());
            }
            placed.push(each); // also if it throws: the file may have its place, and only the flush have failed
            prepared.get(i).place();
        }
    }

    /** Puts back what was in the places, the last first. */
    void putBack(Exception cause) {
        for (Replacement each : placed) {
            try {
                disk.prepare(each.file(), each.before()).place();
            } catch (IOException e) {
                LOG.error("{} cannot be put back; it says what is in force: {}", each.file(), e.getMessage());
                cause.addSuppressed(e);
            }
        }
    }

    /** Forgets what has no place. */
    void drop() {
        prepared.forEach(Disk.Prepared::drop);
    }
}
