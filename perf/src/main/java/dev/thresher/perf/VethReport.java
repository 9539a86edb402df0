// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures of {@code bench veth}, for people and for programs. */
final class VethReport {
    private static final double TARGET = 0.92;
    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .serializeNulls()
            .disableHtmlEscaping()
            .create();

    private final List<Row> cases = new ArrayList<>();

    /**
     * @param pps packets a second on one core
     * @param spread of them, between the quartiles
     * @param ratio to bare encapsulation, the median over pairs measured one after the other
     * @param target the least ratio that we want, or null
     */
    record Row(
            String name,
            long pps,
            long spread,
            double ratio,
            @Nullable Double target,
            @Nullable Boolean ok) {}

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
                    Math.round(sample.spread()),
                    ratio,
                    target,
                    target == null ? null : ratio >= target));
        });
    }

    boolean ok() {
        return cases.stream().allMatch(row -> row.ok == null || row.ok);
    }

    String json() {
        return GSON.toJson(this);
    }

    String table() {
        return AsciiTable.getTable(
                AsciiTable.NO_BORDERS,
                cases,
                List.of(
                        column("CASE", HorizontalAlign.LEFT).with(Row::name),
                        column("PACKETS/S", HorizontalAlign.RIGHT).with(row -> "%,d".formatted(row.pps)),
                        column("SPREAD", HorizontalAlign.RIGHT).with(row -> "%,d".formatted(row.spread)),
                        column("OF BARE", HorizontalAlign.RIGHT).with(row -> "%.3f".formatted(row.ratio)),
                        column("TARGET", HorizontalAlign.RIGHT)
                                .with(row -> row.target == null ? "" : "%.2f".formatted(row.target)),
                        column("", HorizontalAlign.LEFT).with(row -> row.ok == null ? "" : row.ok ? "ok" : "MISSED")));
    }

    private static Column column(String header, HorizontalAlign align) {
        return new Column().header(header).headerAlign(align).dataAlign(align);
    }
}
