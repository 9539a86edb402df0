// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.ConfigError;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.change.Changes;
import dev.thresher.config.change.Edits;
import dev.thresher.config.change.RefusedEditException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Makes of what is wanted now and a change what is to be wanted next. Pure, but for reading the history. */
final class Proposal {
    private final History history;

    Proposal(History history) {
        this.history = history;
    }

    /**
     * What a change leads to.
     *
     * @throws RefusedException if it is no valid configuration, or one that needs a restart
     */
    Intent next(Intent now, Change change) throws RefusedException {
        try {
            Intent next = of(now, change);
            List<ConfigError> fixed = fixed(now, next);
            if (!fixed.isEmpty()) {
                throw RefusedException.invalid(
                        change instanceof Change.Rollback rollback ? wayOut(fixed, rollback.number()) : fixed);
            }
            return next;
        } catch (InvalidConfigException e) {
            throw RefusedException.invalid(e);
        }
    }

    /** What only a restart could change. */
    static List<ConfigError> fixed(Intent now, Intent next) {
        return FixedSettings.differences(now.config(), next.config()).stream()
                .map(key -> next.document()
                        .errorAt(
                                key,
                                "this setting holds for as long as the daemon runs: a change of it needs a restart"))
                .toList();
    }

    /** All else can be rolled back nevertheless. */
    private static List<ConfigError> wayOut(List<ConfigError> fixed, long number) {
        String way =
                "; to roll back all else: thresher history %d > FILE, write into FILE what this setting is now, thresher apply FILE"
                        .formatted(number);
        return fixed.stream()
                .map(error ->
                        new ConfigError(error.file(), error.line(), error.path(), error.value(), error.message() + way))
                .toList();
    }

    private Intent of(Intent now, Change change) throws InvalidConfigException, RefusedException {
        if (change instanceof Change.Edits edits) {
            Document edited = edited(now, edits);
            return now.withChanges(now.merged().then(edited));
        } else if (change instanceof Change.Whole whole) {
            return now.withChanges(Changes.between(now.files(), Document.parse(whole.hocon(), whole.name())));
        } else if (change instanceof Change.Rollback rollback) {
            return now.withChanges(Changes.between(now.files(), past(rollback.number())));
        } else if (change instanceof Change.Discard discard) {
            return now.withChanges(without(now.changes(), discard.names()));
        }
        throw new AssertionError(change);
    }

    private static Document edited(Intent now, Change.Edits edits) throws InvalidConfigException, RefusedException {
        try {
            return Edits.apply(now.document(), edits.edits());
        } catch (RefusedEditException e) {
            String message = String.valueOf(e.getMessage());
            throw e.reason() == RefusedEditException.Reason.MISSING
                    ? RefusedException.notFound(message)
                    : RefusedException.impossible(message);
        }
    }

    private Document past(long number) throws InvalidConfigException, RefusedException {
        try {
            Optional<Path> changed = history.changedFile(number);
            if (changed.isPresent()) {
                throw RefusedException.impossible(
                        changed.get() + " is not as the daemon wrote it; see what it says, and if that is "
                                + "meant, make it a change of its own: thresher apply " + changed.get());
            }
            return history.document(number);
        } catch (IOException e) {
            throw RefusedException.notFound(e.getMessage() + "; thresher history lists those that are remembered");
        }
    }

    private static Changes without(Changes changes, Set<String> names) throws RefusedException {
        if (names.isEmpty()) {
            return Changes.NONE;
        }
        Set<String> known =
                changes.list().stream().map(each -> each.element().name()).collect(Collectors.toSet());
        for (String name : names) {
            if (!known.contains(name)) {
                throw RefusedException.notFound("there is no runtime change of \"" + name + "\"; there "
                        + (known.isEmpty() ? "are none" : "are those of " + String.join(", ", known)));
            }
        }
        return changes.without(names);
    }
}
