// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigValue;
import dev.thresher.config.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the files say, with changes made of it. Immutable. */
public final class Merged {
    private final Document files;
    private final Document document;
    private final List<TreeChange> trees;
    private final List<StandingChange> changes;

    Merged(Document files, Document document, List<TreeChange> trees, List<StandingChange> changes) {
        this.files = files;
        this.document = document;
        this.trees = trees;
        this.changes = changes;
    }

    /** What is to be in force. */
    public Document document() {
        return document;
    }

    /** The changes without those that the files say themselves by now. */
    public List<StandingChange> changes() {
        return changes;
    }

    /** The same changes, to be kept. */
    public Changes standing() {
        return new Changes(trees);
    }

    /**
     * The changes to keep if another document is to be in force: {@link Changes#onto} the same files they make it. What is not
     * touched on the way stays as it is, also what is not in force; what is touched agrees with the files from then on.
     */
    public Changes then(Document target) {
        Map<Element, ConfigValue> wanted = Elements.of(target);
        Map<Element, ConfigValue> said = Elements.of(files);
        Map<Element, TreeChange> needed = Changes.between(said, wanted).byElement();
        Set<Element> touched =
                Changes.between(Elements.of(document), wanted).byElement().keySet();
        List<TreeChange> next = new ArrayList<>();
        for (int i = 0; i < trees.size(); i++) {
            TreeChange change = trees.get(i);
            boolean stays = changes.get(i).inForce()
                    ? needed.containsKey(change.element()) && !touched.contains(change.element())
                    : !needed.containsKey(change.element()) && staysOut(change, said, wanted);
            if (stays) {
                next.add(change);
                needed.remove(change.element());
            }
        }
        next.addAll(needed.values());
        return new Changes(next);
    }

    /** Whether a change that is not in force will not be so either once the other document is. */
    private static boolean staysOut(
            TreeChange change, Map<Element, ConfigValue> said, Map<Element, ConfigValue> wanted) {
        ConfigValue after = change.after();
        return after != null
                && (Requirements.missing(change.element(), after, wanted).isPresent()
                        || (change.before() != null && !said.containsKey(change.element())));
    }
}
