// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.metrics;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The values of one scrape. */
final class Series {
    private record Value(Labels labels, double value) {}

    private final Map<MetricName, List<Value>> values = new EnumMap<>(MetricName.class);

    /** @param labels the values, in the order of the metric's label names */
    void add(MetricName metric, Number value, String... labels) {
        String[] names = metric.labels().toArray(String[]::new);
        values.computeIfAbsent(metric, name -> new ArrayList<>())
                .add(new Value(Labels.of(names, labels), value.doubleValue()));
    }

    MetricSnapshots toSnapshots() {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        values.forEach((metric, list) ->
                snapshots.add(metric.kind() == MetricName.Kind.COUNTER ? counter(metric, list) : gauge(metric, list)));
        return new MetricSnapshots(snapshots);
    }

    private static MetricSnapshot counter(MetricName metric, List<Value> values) {
        CounterSnapshot.Builder snapshot =
                CounterSnapshot.builder().name(metric.base()).help(metric.help());
        values.forEach(value -> snapshot.dataPoint(CounterDataPointSnapshot.builder()
                .labels(value.labels())
                .value(value.value())
                .build()));
        return snapshot.build();
    }

    private static MetricSnapshot gauge(MetricName metric, List<Value> values) {
        GaugeSnapshot.Builder snapshot =
                GaugeSnapshot.builder().name(metric.base()).help(metric.help());
        values.forEach(value -> snapshot.dataPoint(GaugeDataPointSnapshot.builder()
                .labels(value.labels())
                .value(value.value())
                .build()));
        return snapshot.build();
    }
}
