// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.VipKey;
import dev.thresher.config.change.ElementChange;
import java.util.List;
import java.util.Map;

/**
 * What a change does.
 *
 * @param elements that differ
 * @param moved share of a VIP's slots that go to another real server, by VIP
 * @param warnings what an operator ought to know before
 */
public record Difference(List<ElementChange> elements, Map<VipKey, Double> moved, List<String> warnings) {
    static final Difference NONE = new Difference(List.of(), Map.of(), List.of());

    public Difference {
        elements = List.copyOf(elements);
        warnings = List.copyOf(warnings);
    }

    List<String> names() {
        return elements.stream().map(change -> change.element().name()).toList();
    }
}
