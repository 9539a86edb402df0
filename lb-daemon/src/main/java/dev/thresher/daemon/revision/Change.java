// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.change.Edit;
import java.util.List;
import java.util.Set;

/** What somebody wants changed. */
public sealed interface Change {
    /** For the history, in a few words. */
    String how();

    /** Small changes, made one after the other and put into force in one step. */
    record Edits(List<Edit> edits) implements Change {
        public Edits {
            edits = List.copyOf(edits);
        }

        @Override
        public String how() {
            return edits.size() == 1 ? "1 edit" : edits.size() + " edits";
        }
    }

    /**
     * Everything is to be as a text says.
     *
     * @param name of the text, in messages
     */
    record Whole(String hocon, String name) implements Change {
        @Override
        public String how() {
            return "all of " + name;
        }
    }

    /** Everything is to be as it was in a revision. */
    record Rollback(long number) implements Change {
        @Override
        public String how() {
            return "rollback to " + number;
        }
    }

    /** Runtime changes are to be forgotten: those of these names, or all if there is none. */
    record Discard(Set<String> names) implements Change {
        public Discard {
            names = Set.copyOf(names);
        }

        @Override
        public String how() {
            return names.isEmpty() ? "runtime changes discarded" : names.size() + " runtime changes discarded";
        }
    }
}
