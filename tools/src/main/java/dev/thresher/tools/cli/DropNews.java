// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.tools.cli.DropReport.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is dropped while somebody looks on. */
final class DropNews {
    private DropNews() {}

    /** What was dropped in between, by VIP; at the end what was not for one of them. */
    static List<Row> between(DropReport before, DropReport now) {
        List<Row> news = new ArrayList<>();
        Map<String, Long> unexplained = new HashMap<>();
        rose(before.totals(), now.totals()).forEach(row -> unexplained.put(row.reason(), row.packets()));
        for (Row row : rose(before.perVip(), now.perVip())) {
            news.add(row);
            unexplained.merge(row.reason(), -row.packets(), Long::sum);
        }
        for (Row row : now.totals()) {
            long packets = unexplained.getOrDefault(row.reason(), 0L);
            if (packets > 0) {
                news.add(new Row("", row.reason(), packets, row.meaning()));
            }
        }
        return news;
    }

    private static List<Row> rose(List<Row> before, List<Row> now) {
        Map<List<String>, Long> known = new HashMap<>();
        before.forEach(row -> known.put(List.of(row.vip(), row.reason()), row.packets()));
        return now.stream()
                .map(row -> new Row(
                        row.vip(),
                        row.reason(),
                        row.packets() - known.getOrDefault(List.of(row.vip(), row.reason()), 0L),
                        row.meaning()))
                .filter(row -> row.packets() > 0)
                .toList();
    }
}
