// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.top;

import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.State;
import dev.thresher.tools.cli.JsonView;
import dev.thresher.tools.cli.Table;
import dev.thresher.tools.cli.top.Rates.MemberRate;
import dev.thresher.tools.cli.top.Rates.VipRate;
import dev.thresher.tools.terminal.Page;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** Rates as rows for people: each VIP, and below it its real servers. */
final class RateTable {
    private static final String[] UNITS = {"", " k", " M", " G", " T", " P"};
    private static final double THOUSAND = 1_000;

    private final Sort sort;
    private final boolean reals;
    private final Ansi ansi;

    /** @param reals whether real servers are shown */
    RateTable(Sort sort, boolean reals, Ansi ansi) {
        this.sort = sort;
        this.reals = reals;
        this.ansi = ansi;
    }

    private record Row(String name, String up, Style style, Rate rate, boolean isVip) {}

    Page page(Rates rates) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        new Table<Row>()
                .text("vip, real", Row::name)
                .styled("up", Row::up, Row::style)
                .figures("packets/s", row -> figure(row.rate().packets()))
                .figures("bits/s", row -> figure(row.rate().bits()))
                .figures("new flows/s", row -> figure(row.rate().newFlows()))
                .figures("drops/s", row -> row.isVip() ? figure(row.rate().drops()) : "")
                .print(rows(rates), out, ansi);
        out.flush();
        List<String> lines = text.toString().lines().toList();
        List<String> head = new ArrayList<>(summary(rates));
        head.add("");
        head.add(lines.get(0));
        return new Page(head, lines.subList(1, lines.size()));
    }

    private List<String> summary(Rates rates) {
        State state = rates.state();
        Rate total = rates.total();
        int up = rates.vips().stream().mapToInt(vip -> vip.vip().getMembersUp()).sum();
        int members = rates.vips().stream()
                .mapToInt(vip -> vip.vip().getMembersTotal())
                .sum();
        String at = Instant.ofEpochSecond(state.getObservedAt().getSeconds())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
        return List.of(
                state.getDaemon().getInstance() + " on " + state.getDaemon().getInterface() + ", " + at + ", "
                        + state.getVipsCount() + " VIPs, " + up + " of " + members + " members up, by "
                        + sort.name().toLowerCase(Locale.ROOT),
                figure(total.packets()) + " packets/s, " + figure(total.bits()) + " bits/s, " + figure(total.newFlows())
                        + " new flows/s, " + figure(total.drops()) + " drops/s");
    }

    private List<Row> rows(Rates rates) {
        List<Row> rows = new ArrayList<>();
        rates.vips().stream().sorted(sort.vips()).forEach(vip -> {
            rows.add(row(vip));
            if (reals) {
                vip.members().stream()
                        .sorted(sort.members())
                        .map(RateTable::row)
                        .forEach(rows::add);
            }
        });
        return rows;
    }

    private static Row row(VipRate rate) {
        int up = rate.vip().getMembersUp();
        int total = rate.vip().getMembersTotal();
        Style style = up == total ? Style.fg_green : up == 0 ? Style.fg_red : Style.fg_yellow;
        return new Row(rate.vip().getKey(), up + "/" + total, style, rate.rate(), true);
    }

    private static Row row(MemberRate rate) {
        HealthState health = rate.member().getHealth().getState();
        Style style = switch (health) {
            case HEALTH_STATE_UP -> Style.fg_green;
            case HEALTH_STATE_DOWN -> Style.fg_red;
            default -> Style.reset;
        };
        String up = JsonView.text(health.getValueDescriptor());
        return new Row("  " + rate.member().getReal(), up, style, rate.rate(), false);
    }

    /** {@code 0}, {@code 7.5}, {@code 999}, {@code 1.2 M}. */
    static String figure(double number) {
        double scaled = number;
        int unit = 0;
        // What would be rounded to 1000 belongs to the next unit.
        while (scaled >= THOUSAND - 0.5 && unit < UNITS.length - 1) {
            scaled /= THOUSAND;
            unit++;
        }
        boolean whole = scaled >= 100 || (unit == 0 && scaled == Math.rint(scaled));
        return String.format(Locale.ROOT, whole ? "%.0f%s" : "%.1f%s", scaled, UNITS[unit]);
    }
}
