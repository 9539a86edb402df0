// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.ConfigWarnings;
import dev.thresher.config.change.ElementChange;
import dev.thresher.daemon.control.Forecast;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Says what a change would do. */
final class Planner {
    private final Activation activation;

    Planner(Activation activation) {
        this.activation = activation;
    }

    Difference difference(Intent before, Intent after, Change change) {
        List<ElementChange> elements = before.to(after).list();
        if (elements.isEmpty()) {
            return Difference.NONE;
        }
        Forecast forecast = activation.forecast(after.config());
        List<String> warnings = new ArrayList<>(forecast.warnings());
        List<String> present = ConfigWarnings.of(before.config());
        ConfigWarnings.of(after.config()).stream()
                .filter(warning -> !present.contains(warning))
                .forEach(warnings::add);
        if (!(change instanceof Change.Discard)) {
            warnings.addAll(forgotten(before, after));
        }
        return new Difference(elements, forecast.moved(), warnings);
    }

    /** A change that waits for what it needs goes with a state in which it was not meant to be, and is not missed at once. */
    private static List<String> forgotten(Intent before, Intent after) {
        Set<String> kept = after.changes().list().stream()
                .map(change -> change.element().name())
                .collect(Collectors.toSet());
        return before.standing().stream()
                .filter(change -> !change.inForce()
                        && !kept.contains(change.change().element().name()))
                .map(change -> "the runtime change of "
                        + change.change().element().name() + " will be forgotten: " + change.disagreement())
                .toList();
    }
}
