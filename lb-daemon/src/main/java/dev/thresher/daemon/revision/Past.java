// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.Document;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.function.Supplier;

/** The revisions that are remembered, and the one in force, whether or not it could be written down. */
public final class Past {
    private final History history;
    private final Supplier<Present> present;

    /** The revision in force, and its text. */
    record Present(Revision revision, Document document) {}

    /** A revision and its text, complete, without includes and substitutions. */
    public record Text(Revision revision, String hocon) {}

    Past(History history, Supplier<Present> present) {
        this.history = history;
        this.present = present;
    }

    /** The newest so many of those with lower numbers than {@code before}, the newest first. */
    public List<Revision> before(long before, int most) {
        Revision current = present.get().revision();
        NavigableSet<Long> numbers = history.numbers();
        numbers.add(current.number());
        List<Revision> found = new ArrayList<>();
        for (long number : numbers.headSet(before, false).descendingSet()) {
            if (found.size() == most) {
                break;
            }
            if (number == current.number()) {
                found.add(current);
            } else {
                history.revision(number).ifPresent(found::add);
            }
        }
        return found;
    }

    /**
     * One of them.
     *
     * @param number 0 for the one in force
     * @throws RefusedException if it is not remembered
     */
    public Text text(long number) throws RefusedException {
        Present now = present.get();
        if (number == 0 || number == now.revision().number()) {
            return new Text(now.revision(), now.document().render());
        }
        try {
            return history.text(number);
        } catch (IOException e) {
            throw RefusedException.notFound(e.getMessage() + "; thresher history lists those that are remembered");
        }
    }
}
