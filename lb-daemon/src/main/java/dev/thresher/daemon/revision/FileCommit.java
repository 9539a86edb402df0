// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.change.Changes;
import dev.thresher.config.change.Commit;
import dev.thresher.config.change.CommitException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is to be written into which configuration file for the runtime changes in force.
 *
 * @param replacements in the order in which they are to be made: after each of them, what the files and the runtime changes make
 *     together is still what is in force
 * @param after the same state in other words: what is wanted once all is written
 */
record FileCommit(List<Replacement> replacements, Intent after) {
    FileCommit {
        replacements = List.copyOf(replacements);
    }

    /**
     * Looks at the files. Writes nothing.
     *
     * @param file the main one
     * @throws RefusedException if that cannot be done
     */
    static FileCommit of(Path file, Intent intent) throws RefusedException {
        try {
            Document now = Document.load(file);
            if (!Changes.between(intent.files(), now).isEmpty()) {
                throw justEdited(file + " or a file that belongs to it");
            }
            Map<Path, String> old = texts(now.files());
            Map<Path, String> wanted = Commit.texts(intent.changes(), now);
            return inOrder(file, intent, old, wanted);
        } catch (InvalidConfigException e) {
            throw RefusedException.impossible("the configuration files are to be mended first: " + e.getMessage(), e);
        } catch (CommitException | IOException e) {
            throw RefusedException.impossible(String.valueOf(e.getMessage()), e);
        }
    }

    static RefusedException justEdited(String files) {
        return RefusedException.impossible(
                files + " has just been edited, so nothing was written: try again once that is in force");
    }

    private static Map<Path, String> texts(List<Path> files) throws IOException {
        Map<Path, String> texts = new HashMap<>();
        for (Path each : files) {
            try {
                texts.put(each, Files.readString(each));
            } catch (IOException e) {
                throw new IOException("cannot read " + each + ": " + LocalDisk.reason(e), e);
            }
        }
        return texts;
    }

    /** A daemon that starts after a crash must not find a VIP without the pool that comes with another file. */
    private static FileCommit inOrder(Path file, Intent intent, Map<Path, String> old, Map<Path, String> wanted)
            throws RefusedException {
        List<Replacement> replacements = new ArrayList<>();
        Map<Path, String> texts = new LinkedHashMap<>();
        Map<Path, String> waiting = new LinkedHashMap<>(wanted);
        Intent after = intent;
        while (!waiting.isEmpty()) {
            int placed = texts.size();
            for (Map.Entry<Path, String> each : waiting.entrySet()) {
                texts.put(each.getKey(), each.getValue());
                Optional<Intent> next = sameWith(texts, file, intent);
                if (next.isPresent()) {
                    after = next.get();
                    replacements.add(
                            new Replacement(each.getKey(), old.getOrDefault(each.getKey(), ""), each.getValue()));
                    break;
                }
                texts.remove(each.getKey());
            }
            if (texts.size() == placed) {
                throw entangled(waiting.keySet());
            }
            waiting.keySet().removeAll(texts.keySet());
        }
        return new FileCommit(replacements, after);
    }

    /** What is wanted with these texts in the files, if what is in force stays. */
    private static Optional<Intent> sameWith(Map<Path, String> texts, Path file, Intent intent) {
        try {
            Intent next = intent.withFiles(Document.load(file, texts));
            return Optional.of(next).filter(same -> intent.to(same).isEmpty());
        } catch (InvalidConfigException e) {
            return Optional.empty();
        }
    }

    private static RefusedException entangled(Set<Path> files) {
        String names = files.stream().map(Path::toString).collect(Collectors.joining(" and "));
        return RefusedException.impossible(
                "the changes go into " + names + ", and what belongs into one needs what belongs into the other, so a"
                        + " crash between them would leave files that cannot be used: write the"
                        + " changes yourself, or discard them");
    }
}
