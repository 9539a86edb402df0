// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a benchmark measured, for people and for scripts.
 *
 * @param unit what {@link Case#units} counts, for the head of the table
 * @param cases in the order of measuring
 */
record BenchReport(String unit, List<Case> cases) {
    /** Below this many nanoseconds a tenth of one counts. */
    private static final double FINE = 1000;

    /**
     * One figure.
     *
     * @param name stable, for scripts
     * @param ns median in nanoseconds
     * @param spread interquartile range as a part of the median
     * @param units the median in the unit that the target is given in
     * @param target the most that {@code units} should be, if there is a target
     * @param ok whether it is met
     */
    record Case(
            String name,
            double ns,
            double spread,
            double units,
            @Nullable Double target,
            boolean ok) {
        static Case of(String name, double ns, double spread, double units, @Nullable Double target) {
            return new Case(name, ns, spread, units, target, target == null || units <= target);
        }
    }

    private record Json(List<Case> cases) {}

    BenchReport {
        cases = List.copyOf(cases);
    }

    /** {@code {"cases":[{"name","ns","spread","units","target","ok"}…]}}, target null where there is none. */
    String toJson() {
        return new GsonBuilder().serializeNulls().create().toJson(new Json(cases));
    }

    /** A line a case, with a head. */
    String toTable() {
        StringBuilder table = new StringBuilder(line("case", "ns", "spread", unit, "target", ""));
        for (Case result : cases) {
            Double target = result.target();
            table.append(line(
                    result.name(),
                    String.format(Locale.ROOT, result.ns() < FINE ? "%.1f" : "%,.0f", result.ns()),
                    String.format(Locale.ROOT, "±%.0f %%", result.spread() * 50),
                    String.format(Locale.ROOT, "%.2f", result.units()),
                    target == null ? "" : String.format(Locale.ROOT, "≤ %.2f", target),
                    target == null ? "" : result.ok() ? "met" : "MISSED"));
        }
        return table.toString();
    }

    private static String line(String name, String ns, String spread, String units, String target, String verdict) {
        return String.format(Locale.ROOT, "%-24s %14s %8s %10s %10s  %s", name, ns, spread, units, target, verdict)
                        .stripTrailing()
                + System.lineSeparator();
    }
}
