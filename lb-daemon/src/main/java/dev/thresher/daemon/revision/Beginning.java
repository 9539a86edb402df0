// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.change.Changes;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Finds the place in the history of what is in force when a daemon starts: the latest revision still, or a new one. */
final class Beginning {
    private static final String HOW = "the daemon started";

    private final History history;

    Beginning(History history) {
        this.history = history;
    }

    Revision revision(Intent start, Instant now) {
        if (history.numbers().isEmpty()) {
            return new Revision(1, now, Revision.FILES, HOW, "", List.of());
        }
        long latest = history.numbers().last();
        if (history.latestIs(RevisionFile.digest(start.document()))) {
            return again(latest, now);
        }
        Optional<Changes> since = changesSince(latest, start);
        if (since.isPresent() && since.get().isEmpty()) {
            return again(latest, now);
        }
        List<String> names = since.map(Changes::list).orElse(List.of()).stream()
                .map(change -> change.element().name())
                .toList();
        return new Revision(latest + 1, now, Revision.FILES, HOW, "", names);
    }

    private Revision again(long number, Instant now) {
        return history.revision(number).orElseGet(() -> new Revision(number, now, Revision.FILES, HOW, "", List.of()));
    }

    /** Nothing if the latest cannot be read any more. */
    private Optional<Changes> changesSince(long latest, Intent start) {
        try {
            return Optional.of(Changes.between(history.document(latest), start.document()));
        } catch (IOException | InvalidConfigException e) {
            return Optional.empty();
        }
    }
}
