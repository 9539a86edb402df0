// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.FlowTable;
import java.util.Locale;

/** The connection table in words. */
final class FlowFigures {
    private static final int WHOLE = 100;

    private FlowFigures() {}

    /** {@code 524,288 of 1,048,576 (50.0 %)}. */
    static String occupancy(FlowTable table) {
        double percent = table.getSize() == 0 ? 0 : (double) WHOLE * table.getOccupied() / table.getSize();
        return String.format(
                Locale.ROOT,
                "%s of %s (%.1f %%)",
                Figures.count(table.getOccupied()),
                Figures.count(table.getSize()),
                percent);
    }
}
