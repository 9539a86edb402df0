// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import dev.thresher.perf.BenchReport.Case;
import dev.thresher.perf.Wrapper.Timing;
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

    static PacketReport of(Map<String, List<Timing>> timings, Set<PacketCase> measured) {
        List<Case> cases = new ArrayList<>();
        List<Case> against = new ArrayList<>();
        for (PacketCase each : measured) {
            Double target = each.target.isPresent() ? each.target.getAsDouble() : null;
            cases.add(row(each.label(), timings.getOrDefault(each.label(), List.of()), target));
            List<Timing> other = timings.get(each.label() + OTHER);
            if (other != null) {
                against.add(row(each.label(), other, null));
            }
        }
        List<Case> floors = PacketRun.FLOORS.stream()
                .map(name -> row(name, timings.getOrDefault(name, List.of()), null))
                .toList();
        return new PacketReport(cases, floors, against);
    }

    private static Case row(String name, List<Timing> timings, @Nullable Double target) {
        Sample nanos = Sample.of(timings.stream().map(Timing::nanos).toList());
        Sample bare = Sample.of(timings.stream().map(Timing::bareNanos).toList());
        return Case.of(
                name,
                round(nanos.median(), 10),
                round(nanos.spread() / nanos.median(), 1000),
                round(nanos.median() / bare.median(), 100),
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
