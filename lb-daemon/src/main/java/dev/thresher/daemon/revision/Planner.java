// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import dev.thresher.config.ConfigWarnings;
import dev.thresher.config.change.ElementChange;
import dev.thresher.daemon.control.Forecast;
import java.util.ArrayList;
import java.util.List;

/** Says what a change would do. */
final class Planner {
    private final Activation activation;

    Planner(Activation activation) {
        this.activation = activation;
    }

    Difference difference(Intent before, Intent after) {
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
        return new Difference(elements, forecast.moved(), warnings);
    }
}
