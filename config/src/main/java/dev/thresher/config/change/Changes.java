// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigValue;
import dev.thresher.config.Document;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.SameMeaning;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two configurations, element by element; no element twice. Where an element stands in a list, and how
 * a value is spelled, is no difference. Immutable.
 */
public final class Changes {
    public static final Changes NONE = new Changes(List.of());

    private final List<TreeChange> changes;

    Changes(Collection<TreeChange> changes) {
        this.changes = List.copyOf(changes);
    }

    /** What makes the second configuration of the first. */
    public static Changes between(Document from, Document to) {
        return between(Elements.of(from), Elements.of(to));
    }

    static Changes between(Map<Element, ConfigValue> from, Map<Element, ConfigValue> to) {
        Set<Element> all = new LinkedHashSet<>(from.keySet());
        all.addAll(to.keySet());
        List<TreeChange> changes = new ArrayList<>();
        for (Element element : all) {
            ConfigValue before = from.get(element);
            ConfigValue after = to.get(element);
            if (!same(element, before, after)) {
                changes.add(new TreeChange(element, before, after));
            }
        }
        return new Changes(changes);
    }

    static boolean same(Element element, @Nullable ConfigValue a, @Nullable ConfigValue b) {
        // A pool, a VIP or a real server that is there is not the same as none, even if it says nothing further.
        boolean counts = !(element instanceof Element.Setting || element instanceof Element.MemberSettings);
        return (!counts || (a == null) == (b == null)) && SameMeaning.of(element.schemaPath(), a, b);
    }

    /** The changes, in the order of the first configuration, then of the second. */
    public List<ElementChange> list() {
        return changes.stream().map(TreeChange::text).toList();
    }

    public boolean isEmpty() {
        return changes.isEmpty();
    }

    /**
     * These changes but for some.
     *
     * @param names as {@link Element#name} has them; one that is none of these changes is passed over
     */
    public Changes without(Collection<String> names) {
        return new Changes(changes.stream()
                .filter(change -> !names.contains(change.element().name()))
                .toList());
    }

    /**
     * Makes these changes of what the files say now, which need not be what they said when the changes were made.
     *
     * @throws InvalidConfigException if that makes no configuration; errors name where a value was written
     */
    public Merged onto(Document files) throws InvalidConfigException {
        return Merge.of(changes, files);
    }

    List<TreeChange> trees() {
        return changes;
    }

    Map<Element, TreeChange> byElement() {
        Map<Element, TreeChange> byElement = new LinkedHashMap<>();
        changes.forEach(change -> byElement.put(change.element(), change));
        return byElement;
    }

    /** Equal if they say the same in the same words. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Changes changes && list().equals(changes.list());
    }

    @Override
    public int hashCode() {
        return list().hashCode();
    }

    @Override
    public String toString() {
        return list().toString();
    }
}
