// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures of {@code bench control}, for people and for programs. */
record ControlReport(List<Figure> cases) {
    /**
     * One figure.
     *
     * @param value the median
     * @param spread interquartile range as a part of it
     * @param target the most that it should be, or null
     */
    record Figure(
            String name,
            double value,
            double spread,
            String unit,
            @Nullable Double target,
            boolean ok) {
        static Figure of(String name, Collection<Double> values, String unit, @Nullable Double target) {
            Sample sample = Sample.of(values);
            double median = sample.median();
            return new Figure(name, median, sample.spread() / median, unit, target, target == null || median <= target);
        }
    }

    /** {@code {"cases":[{"name","value","spread","unit","target","ok"}…]}}, target null where there is none. */
    String toJson() {
        return new GsonBuilder().serializeNulls().create().toJson(this);
    }

    /** A line a figure, with a head. */
    String toTable() {
        StringBuilder table = new StringBuilder(line("case", "value", "", "spread", "target", ""));
        for (Figure figure : cases) {
            Double target = figure.target();
            table.append(line(
                    figure.name(),
                    String.format(Locale.ROOT, "%.1f", figure.value()),
                    figure.unit(),
                    String.format(Locale.ROOT, "±%.0f %%", figure.spread() * 50),
                    target == null ? "" : String.format(Locale.ROOT, "≤ %.0f", target),
                    target == null ? "" : figure.ok() ? "met" : "MISSED"));
        }
        return table.toString();
    }

    private static String line(String name, String value, String unit, String spread, String target, String verdict) {
        return String.format(Locale.ROOT, "%-24s %10s %-6s %8s %8s  %s", name, value, unit, spread, target, verdict)
                        .stripTrailing()
                + System.lineSeparator();
    }
}
