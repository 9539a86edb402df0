// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import dev.thresher.tools.cli.DropReport.Row;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Tells what is dropped while somebody looks on. */
final class DropWatch {
    private final Supplier<DropReport> ask;
    private final BooleanSupplier goesOn;
    private final PrintWriter out;

    /**
     * @param ask for how it stands
     * @param goesOn waits for the next look; false if there is none
     */
    DropWatch(Supplier<DropReport> ask, BooleanSupplier goesOn, PrintWriter out) {
        this.ask = ask;
        this.goesOn = goesOn;
        this.out = out;
    }

    /** For people: a line for each reason and VIP, {@code 2026-03-01T12:00:09.123Z no_real +7 203.0.113.10:80/tcp}. */
    void lines() {
        DropReport before = ask.get();
        while (isRead() && goesOn.getAsBoolean()) {
            DropReport now = ask.get();
            for (Row row : news(before, now)) {
                String at = now.at().truncatedTo(ChronoUnit.MILLIS).toString();
                out.println((at + " " + row.reason() + " +" + Figures.count(row.packets()) + " " + row.vip()).strip());
            }
            before = now;
        }
    }

    /** For scripts: each report, on a line. */
    void json() {
        Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
        do {
            out.println(gson.toJson(ask.get().json()));
        } while (isRead() && goesOn.getAsBoolean());
    }

    /** Who reads no further (head) needs no more. */
    private boolean isRead() {
        return !out.checkError();
    }

    /** What was dropped in between, by VIP; at the end what was not for one of them. */
    static List<Row> news(DropReport before, DropReport now) {
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
