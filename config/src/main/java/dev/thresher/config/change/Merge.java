// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigValue;
import dev.thresher.config.Document;
import dev.thresher.config.HoconText;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.Location;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Makes changes of a document. Each element has three versions: what it said when the change was made, what the change makes of
 * it, and what the document says now.
 */
final class Merge {
    private final Map<Element, ConfigValue> elements;

    private Merge(Map<Element, ConfigValue> elements) {
        this.elements = elements;
    }

    static Merged of(List<TreeChange> changes, Document files) throws InvalidConfigException {
        if (changes.isEmpty()) {
            return new Merged(files, files, List.of(), List.of());
        }
        Map<Element, ConfigValue> says = Elements.of(files);
        List<TreeChange> standing = changes.stream()
                .filter(change -> !Changes.same(change.element(), says.get(change.element()), change.after()))
                .toList();
        if (standing.isEmpty()) {
            return new Merged(files, files, List.of(), List.of());
        }
        Merge merge = new Merge(says);
        Map<Element, StandingChange> made = new HashMap<>();
        standing.stream()
                .sorted(Comparator.comparingInt(change -> rank(change.element())))
                .forEach(change -> made.put(change.element(), merge.make(change)));
        merge.removeLostMembers();
        Document document = Composition.document(merge.elements, files);
        return new Merged(
                files,
                document,
                standing,
                standing.stream().map(change -> made.get(change.element())).toList());
    }

    /** An element needs only those of lower rank. */
    static int rank(Element element) {
        if (element instanceof Element.Setting || element instanceof Element.PoolSettings) {
            return 0;
        }
        return element instanceof Element.RealInPool ? 1 : element instanceof Element.VipSettings ? 2 : 3;
    }

    private StandingChange make(TreeChange change) {
        Element element = change.element();
        ConfigValue after = change.after();
        ConfigValue now = elements.get(element);
        if (after == null) {
            elements.remove(element);
            return made(change, now);
        }
        Optional<String> obstacle = obstacle(change, now, elements);
        if (obstacle.isPresent()) {
            return new StandingChange(change.text(), obstacle.get() + ", so this change is not in force", false);
        }
        elements.put(element, after);
        return made(change, now);
    }

    /**
     * What keeps a change from being made.
     *
     * @param now what the files say of its element
     * @param elements what there is otherwise
     */
    static Optional<String> obstacle(TreeChange change, @Nullable ConfigValue now, Map<Element, ConfigValue> elements) {
        Element element = change.element();
        ConfigValue after = change.after();
        if (after == null) {
            return Optional.empty();
        }
        boolean optional = element instanceof Element.Setting || element instanceof Element.MemberSettings;
        return change.before() != null && now == null && !optional
                ? Optional.of("the files have no " + element.name() + " any more")
                : Requirements.missing(element, after, elements);
    }

    private static StandingChange made(TreeChange change, @Nullable ConfigValue now) {
        boolean asBefore = Changes.same(change.element(), now, change.before());
        return new StandingChange(change.text(), asBefore ? null : disagreement(change, now), true);
    }

    private static String disagreement(TreeChange change, @Nullable ConfigValue now) {
        String present = now == null
                ? "the files have no " + change.element().name() + " now"
                : Location.of(now.origin()).map(Location::toString).orElse("a file") + " says " + HoconText.line(now);
        String earlier = change.before() == null
                ? ", and there was none when this change was made"
                : ", and said " + HoconText.line(change.before()) + " when this change was made";
        return present + earlier + "; the change counts";
    }

    /** What the files say of a real server that a change has taken out of the VIP's pool. */
    private void removeLostMembers() {
        elements.entrySet()
                .removeIf(entry -> entry.getKey() instanceof Element.MemberSettings
                        && Requirements.missing(entry.getKey(), entry.getValue(), elements)
                                .isPresent());
    }
}
