// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.VipKey;
import java.util.List;
import java.util.Map;

/**
 * What another configuration would do to the traffic.
 *
 * @param moved share of a VIP's slots that would go to another real server, above 0 and up to 1, for the VIPs that stay; in
 *     the order of the configuration
 * @param warnings what would be worse than it is, for people
 */
public record Forecast(Map<VipKey, Double> moved, List<String> warnings) {
    public static final Forecast NOTHING = new Forecast(Map.of(), List.of());

    public Forecast {
        warnings = List.copyOf(warnings);
    }
}
