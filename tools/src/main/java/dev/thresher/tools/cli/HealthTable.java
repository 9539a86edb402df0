// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.MemberHealth;
import dev.thresher.api.v1.Serving;
import dev.thresher.api.v1.VipHealth;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** A report on health for people. */
record HealthTable(GetHealthResponse response, boolean history) {
    private record Row(VipHealth vip, MemberHealth member) {}

    void print(PrintWriter out, Ansi ansi) {
        List<Row> rows = response.getVipsList().stream()
                .flatMap(vip -> vip.getMembersList().stream().map(member -> new Row(vip, member)))
                .toList();
        if (rows.isEmpty()) {
            out.println("No real servers: the daemon has no VIPs, or its pools are empty.");
            return;
        }
        table().print(rows, out, ansi);
        printUnusual(out, ansi);
        if (history) {
            rows.forEach(row -> printHistory(row, out, ansi));
        }
    }

    private Table<Row> table() {
        Timestamp now = response.getObservedAt();
        return new Table<Row>()
                .text("vip", row -> row.vip().getVip())
                .text("real", row -> row.member().getReal())
                .text("pool", row -> row.member().getPool())
                .styled("health", HealthTable::health, row -> style(state(row)))
                .figures("for", row -> Figures.between(row.member().getHealth().getSince(), now))
                .figures("weight", HealthTable::weight)
                .styled(
                        "last probe",
                        HealthTable::lastProbe,
                        row -> row.member().getStale() ? Style.fg_red : Style.reset)
                .text("probe", row -> row.member().getProbe())
                .text("reason", HealthTable::reason);
    }

    /** What an operator ought to know about whole VIPs. */
    private void printUnusual(PrintWriter out, Ansi ansi) {
        List<VipHealth> unusual = response.getVipsList().stream()
                .filter(vip -> vip.getServing() != Serving.SERVING_NORMAL)
                .toList();
        if (!unusual.isEmpty()) {
            out.println();
        }
        unusual.forEach(vip -> out.println(vip.getVip() + ": " + paint(ansi, Style.fg_red, serving(vip))));
    }

    private static void printHistory(Row row, PrintWriter out, Ansi ansi) {
        out.println();
        out.println(row.vip().getVip() + " " + row.member().getReal()
                + (row.member().getHistoryCount() == 0 ? ": no change yet" : ""));
        row.member()
                .getHistoryList()
                .forEach(change ->
                        out.println("  " + HealthEvents.at(change.getAt()) + " " + HealthEvents.change(change, ansi)));
    }

    private static HealthState state(Row row) {
        return row.member().getHealth().getState();
    }

    private static String health(Row row) {
        return JsonView.text(state(row).getValueDescriptor()).toUpperCase(Locale.ROOT);
    }

    private static String weight(Row row) {
        int now = row.member().getEffectiveWeight();
        int configured = row.member().getWeight();
        return now == configured ? Integer.toString(configured) : now + " of " + configured;
    }

    private static String lastProbe(Row row) {
        if (!row.member().hasLastProbeAge()) {
            return "-";
        }
        return Figures.age(row.member().getLastProbeAge()) + " ago"
                + (row.member().getStale() ? ", STALE" : "");
    }

    private static String reason(Row row) {
        MemberHealth member = row.member();
        String reason = member.getHealth().getReason();
        String text = reason.isEmpty() ? member.getLastResult() : reason;
        return member.getWarning().isEmpty() ? text : text + "; " + member.getWarning();
    }

    /** How a VIP is served, in words. */
    static String serving(VipHealth vip) {
        return switch (vip.getServing()) {
            case SERVING_NORMAL -> "served by pool " + vip.getServingPool();
            case SERVING_FALLBACK ->
                "pool " + vip.getPool() + " has too few up, its fallback " + vip.getServingPool() + " serves";
            case SERVING_SHORT -> "pool " + vip.getServingPool() + " serves with fewer up than its min-healthy";
            case SERVING_PANIC ->
                "PANIC: pool " + vip.getServingPool() + " serves with all it has, whatever the probes say";
            case SERVING_NONE -> "no real server is up, packets are dropped";
            default -> JsonView.text(vip.getServing().getValueDescriptor()).toLowerCase(Locale.ROOT);
        };
    }

    static Style style(HealthState health) {
        return switch (health) {
            case HEALTH_STATE_UP -> Style.fg_green;
            case HEALTH_STATE_DOWN -> Style.fg_red;
            case HEALTH_STATE_UNKNOWN, HEALTH_STATE_DRAIN, HEALTH_STATE_MAINTENANCE -> Style.fg_yellow;
            default -> Style.reset;
        };
    }

    static String paint(Ansi ansi, Style style, String text) {
        String printable = Printable.line(text);
        return ansi.enabled() ? style.on() + printable + style.off() : printable;
    }
}
