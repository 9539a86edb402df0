// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.CounterKind;
import dev.thresher.api.v1.DropCount;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help.Ansi;

/**
 * Why packets were dropped, so far.
 *
 * @param at when
 * @param reasons every reason there is
 * @param vips packets by VIP and reason, those at 0 left out
 * @param all whether people are shown what is 0 too
 */
record DropReport(Instant at, List<Counter> reasons, Map<String, Map<String, Long>> vips, boolean all)
        implements Answer {
    static DropReport of(State state, List<Counter> counters, boolean all) {
        Map<String, Map<String, Long>> vips = new LinkedHashMap<>();
        for (Vip vip : state.getVipsList()) {
            Map<String, Long> drops = new LinkedHashMap<>();
            for (DropCount drop : vip.getDropReasonsList()) {
                drops.put(drop.getReason(), drop.getPackets());
            }
            vips.put(vip.getKey(), drops);
        }
        Timestamp observed = state.getObservedAt();
        Instant at = Instant.ofEpochSecond(observed.getSeconds(), observed.getNanos());
        List<Counter> reasons = counters.stream()
                .filter(counter -> counter.getKind() == CounterKind.COUNTER_KIND_DROP_REASON)
                .toList();
        return new DropReport(at, reasons, vips, all);
    }

    /** So many packets were dropped for a reason; for a VIP, or for all of them and for none. */
    record Row(String vip, String reason, long packets, String meaning) {}

    /** Every reason, whatever the VIP. */
    List<Row> totals() {
        return reasons.stream()
                .map(counter -> new Row("", counter.getName(), counter.getPackets(), counter.getMeaning()))
                .toList();
    }

    /** What was dropped for each VIP; with {@link #all}, every reason for every VIP. */
    List<Row> perVip() {
        List<Row> rows = new ArrayList<>();
        vips.forEach((vip, drops) -> {
            for (Counter reason : reasons) {
                long packets = drops.getOrDefault(reason.getName(), 0L);
                rows.add(new Row(vip, reason.getName(), packets, reason.getMeaning()));
            }
        });
        return shown(rows);
    }

    private List<Row> shown(List<Row> rows) {
        return rows.stream().filter(row -> all || row.packets() != 0).toList();
    }

    @Override
    public void print(PrintWriter out, Ansi ansi) {
        List<Row> totals = shown(totals());
        if (totals.isEmpty()) {
            out.println("No packet was dropped. --all lists every reason that there is.");
            return;
        }
        new Table<Row>()
                .text("reason", Row::reason)
                .figures("packets", row -> Figures.count(row.packets()))
                .text("meaning", Row::meaning)
                .print(totals, out, ansi);
        List<Row> perVip = perVip();
        if (!perVip.isEmpty()) {
            out.println();
            new Table<Row>()
                    .text("vip", Row::vip)
                    .text("reason", Row::reason)
                    .figures("packets", row -> Figures.count(row.packets()))
                    .print(perVip, out, ansi);
        }
    }

    /** Nothing yet: people who read on are told of what happens from now on. */
    @Override
    public void printFirst(PrintWriter out, Ansi ansi) {}

    /** A line for each reason and VIP, {@code 2026-03-01T12:00:09.123Z no_real +7 203.0.113.10:80/tcp}. */
    @Override
    public void printNews(Answer before, PrintWriter out, Ansi ansi) {
        String now = at.truncatedTo(ChronoUnit.MILLIS).toString();
        for (Row row : DropNews.between((DropReport) before, this)) {
            out.println((now + " " + row.reason() + " +" + Figures.count(row.packets()) + " " + row.vip()).strip());
        }
    }

    @Override
    public JsonElement json() {
        JsonArray perVip = new JsonArray();
        vips.forEach((vip, drops) -> {
            JsonObject counts = new JsonObject();
            reasons.forEach(reason -> counts.addProperty(reason.getName(), drops.getOrDefault(reason.getName(), 0L)));
            JsonObject object = new JsonObject();
            object.addProperty("vip", vip);
            object.add("drops", counts);
            perVip.add(object);
        });
        JsonObject json = new JsonObject();
        json.add("observed_at", new JsonPrimitive(at.toString()));
        json.add("reasons", JsonView.array(reasons));
        json.add("vips", perVip);
        return json;
    }
}
