// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import dev.thresher.perf.BenchReport.Case;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Figures of {@code bench packets}.
 *
 * @param cases ours
 * @param floors what the least encapsulations cost in the same run; the first one is the unit
 * @param against another program's, where it was measured; no targets
 */
record PacketReport(List<Case> cases, List<Case> floors, List<Case> against) {
    /** Behind the name of a case, in the measurements: those of another program. */
    static final String OTHER = " (other)";

    static PacketReport of(Map<String, List<Double>> nanos, Set<PacketCase> measured) {
        double unit =
                Sample.of(nanos.getOrDefault(PacketRun.BARE_IPV4, List.of())).median();
        List<Case> cases = new ArrayList<>();
        List<Case> against = new ArrayList<>();
        for (PacketCase each : measured) {
            Double target = each.target.isPresent() ? each.target.getAsDouble() : null;
            cases.add(row(each.label(), nanos.getOrDefault(each.label(), List.of()), unit, target));
            List<Double> other = nanos.get(each.label() + OTHER);
            if (other != null) {
                against.add(row(each.label(), other, unit, null));
            }
        }
        List<Case> floors = PacketRun.FLOORS.stream()
                .map(name -> row(name, nanos.getOrDefault(name, List.of()), unit, null))
                .toList();
        return new PacketReport(cases, floors, against);
    }

    private static Case row(String name, List<Double> nanos, double unit, @Nullable Double target) {
        Sample sample = Sample.of(nanos);
        return Case.of(
                name,
                round(sample.median(), 10),
                round(sample.spread() / sample.median(), 1000),
                round(sample.median() / unit, 100),
                target);
    }

    private static double round(double value, int parts) {
        return (double) Math.round(value * parts) / parts;
    }

    boolean ok() {
        return cases.stream().allMatch(Case::ok);
    }

    String json() {
        return new GsonBuilder().serializeNulls().create().toJson(this);
    }

    String table() {
        List<Case> all = new ArrayList<>(floors);
        all.addAll(cases);
        against.forEach(other ->
                all.add(Case.of(other.name() + OTHER, other.ns(), other.spread(), other.units(), other.target())));
        return new BenchReport("units", all).toTable();
    }
}
