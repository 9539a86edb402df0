// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.annotations.SerializedName;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Figures of {@code bench packets}, for people and for programs. */
final class PacketReport {
    static final String OTHER = " (other)";

    private static final Gson GSON = new GsonBuilder()
            .setPrettyPrinting()
            .serializeNulls()
            .disableHtmlEscaping()
            .create();

    private final List<Row> floors = new ArrayList<>();
    private final List<Row> cases = new ArrayList<>();

    @SerializedName("against")
    private final List<Row> others = new ArrayList<>();

    /**
     * @param ns nanoseconds beyond the empty wrapper
     * @param spread of them, between the quartiles
     * @param target the most units that we want, or null
     */
    record Row(
            String name,
            double ns,
            double spread,
            double units,
            @Nullable Double target,
            @Nullable Boolean ok) {}

    PacketReport(Map<String, List<Double>> nanos, Set<PacketCase> measured) {
        double unit = median(nanos, PacketRun.BARE_IPV4);
        floors.add(row(nanos, PacketRun.BARE_IPV4, unit, null));
        floors.add(row(nanos, PacketRun.BARE_IPV6, unit, null));
        floors.add(row(nanos, PacketRun.BARE_LOOKUP, unit, null));
        for (PacketCase each : measured) {
            Double target = each.target.isPresent() ? each.target.getAsDouble() : null;
            cases.add(row(nanos, each.label(), unit, target));
            if (nanos.containsKey(each.label() + OTHER)) {
                Row row = row(nanos, each.label() + OTHER, unit, null);
                others.add(new Row(each.label(), row.ns, row.spread, row.units, null, null));
            }
        }
    }

    private static double median(Map<String, List<Double>> nanos, String name) {
        return sample(nanos, name).median();
    }

    private static Sample sample(Map<String, List<Double>> nanos, String name) {
        return Sample.of(nanos.getOrDefault(name, List.of()));
    }

    private static Row row(Map<String, List<Double>> nanos, String name, double unit, @Nullable Double target) {
        Sample sample = sample(nanos, name);
        double units = round(sample.median() / unit, 100);
        return new Row(
                name,
                round(sample.median(), 10),
                round(sample.spread(), 10),
                units,
                target,
                target == null ? null : units <= target);
    }

    private static double round(double value, int parts) {
        return (double) Math.round(value * parts) / parts;
    }

    boolean ok() {
        return cases.stream().allMatch(row -> row.ok == null || row.ok);
    }

    String json() {
        return GSON.toJson(this);
    }

    String table() {
        List<Row> rows = new ArrayList<>(floors);
        rows.addAll(cases);
        others.forEach(row -> rows.add(new Row(row.name + OTHER, row.ns, row.spread, row.units, null, null)));
        return AsciiTable.getTable(
                AsciiTable.NO_BORDERS,
                rows,
                List.of(
                        column("CASE", HorizontalAlign.LEFT).with(Row::name),
                        column("NS", HorizontalAlign.RIGHT).with(row -> "%.1f".formatted(row.ns)),
                        column("SPREAD", HorizontalAlign.RIGHT).with(row -> "%.1f".formatted(row.spread)),
                        column("UNITS", HorizontalAlign.RIGHT).with(row -> "%.2f".formatted(row.units)),
                        column("TARGET", HorizontalAlign.RIGHT)
                                .with(row -> row.target == null ? "" : "%.1f".formatted(row.target)),
                        column("", HorizontalAlign.LEFT).with(row -> row.ok == null ? "" : row.ok ? "ok" : "MISSED")));
    }

    private static Column column(String header, HorizontalAlign align) {
        return new Column().header(header).headerAlign(align).dataAlign(align);
    }
}
