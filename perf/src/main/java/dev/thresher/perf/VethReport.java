// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures of {@code bench veth}, for people and for programs. */
final class VethReport {
    private static final double TARGET = 0.92;
    private final List<Row> cases = new ArrayList<>();

    /**
     * @param pps packets a second on one core
     * @param spread interquartile range as a part of the median
     * @param ratio to bare encapsulation, the median over pairs measured one after the other
     * @param target the least ratio that we want, or null
     */
    record Row(
            String name,
            long pps,
            double spread,
            double ratio,
            @Nullable Double target,
            boolean ok) {}

    VethReport(Map<String, List<Double>> rates) {
        List<Double> bare = rates.getOrDefault(VethRun.BARE, List.of());
        rates.forEach((name, values) -> {
            List<Double> ratios = new ArrayList<>();
            for (int i = 0; i < values.size(); i++) {
                ratios.add(values.get(i) / bare.get(i));
            }
            Sample sample = Sample.of(values);
            double ratio = Math.round(1000 * Sample.of(ratios).median()) / 1000.0;
            Double target = name.equals(VethRun.ONE_FLOW) ? TARGET : null;
            cases.add(new Row(
                    name,
                    Math.round(sample.median()),
                    Math.round(1000 * sample.spread() / sample.median()) / 1000.0,
                    ratio,
                    target,
                    target == null || ratio >= target));
        });
    }

    boolean ok() {
        return cases.stream().allMatch(Row::ok);
    }

    /** {@code {"cases":[{"name","pps","spread","ratio","target","ok"}…]}}, target null where there is none. */
    String json() {
        return new GsonBuilder().serializeNulls().create().toJson(this);
    }

    String table() {
        StringBuilder table = new StringBuilder(line("case", "packets/s", "spread", "of bare", "target", ""));
        for (Row row : cases) {
            Double target = row.target;
            table.append(line(
                    row.name,
                    String.format(Locale.ROOT, "%,d", row.pps),
                    String.format(Locale.ROOT, "±%.0f %%", row.spread * 50),
                    String.format(Locale.ROOT, "%.3f", row.ratio),
                    target == null ? "" : String.format(Locale.ROOT, "≥ %.2f", target),
                    target == null ? "" : row.ok ? "met" : "MISSED"));
        }
        return table.toString();
    }

    private static String line(String name, String rate, String spread, String ratio, String target, String verdict) {
        return String.format(Locale.ROOT, "%-16s %12s %8s %9s %8s  %s", name, rate, spread, ratio, target, verdict)
                        .stripTrailing()
                + System.lineSeparator();
    }
}
