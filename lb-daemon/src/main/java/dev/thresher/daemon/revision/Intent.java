// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Config;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.change.Changes;
import dev.thresher.config.change.Merged;
import dev.thresher.config.change.RuntimeFile;
import dev.thresher.config.change.StandingChange;
import java.nio.file.Path;
import java.util.List;

/**
 * What is wanted, and by whom: what the files say, what was changed by calls since, and what both make together.
 *
 * @param merged those changes that stand, in force or not, and the document that results. What has been written into the
 *     files meanwhile is none any more
 */
public record Intent(Document files, Merged merged) {
    /** Reads the configuration files, and the runtime changes in the state directory that they name. */
    public static Intent load(Path file) throws InvalidConfigException {
        Document files = Document.load(file);
        StateFolder folder = StateFolder.of(files.config());
        return of(files, RuntimeFile.read(folder.runtimeFile()));
    }

    static Intent of(Document files, Changes changes) throws InvalidConfigException {
        return new Intent(files, changes.onto(files));
    }

    /** The runtime changes, to be kept. */
    Changes changes() {
        return merged.standing();
    }

    /** All of it. */
    public Document document() {
        return merged.document();
    }

    /** What it means. */
    public Config config() {
        return document().config();
    }

    /** The runtime changes, and how they get on with the files. */
    public List<StandingChange> standing() {
        return merged.changes();
    }

    /** The same changes of other files. */
    Intent withFiles(Document other) throws InvalidConfigException {
        return of(other, changes());
    }

    /** Other changes of the same files. */
    Intent withChanges(Changes others) throws InvalidConfigException {
        return of(files, others);
    }

    /** What differs. */
    Changes to(Intent other) {
        return Changes.between(document(), other.document());
    }

    /** Where files and runtime changes disagree, for people. */
    List<String> disagreements() {
        return standing().stream()
                .filter(change -> change.disagreement() != null)
                .map(change -> "runtime change of " + name(change) + ": " + change.disagreement())
                .toList();
    }

    private static String name(StandingChange change) {
        return change.change().element().name();
    }
}
