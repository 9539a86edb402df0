// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.HealthState;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import dev.thresher.config.VipKey;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** The verb {@code reals}. */
@Command(name = "reals", description = "List the real servers of each VIP: health, weight, traffic.")
final class RealsCommand extends StateVerb {
    @Option(names = "--vip", paramLabel = "VIP", description = "Only those of this VIP, such as 203.0.113.10:80/tcp.")
    private @Nullable String vip;

    @Override
    void checkUsage() {
        if (vip != null) {
            vip = canonical(vip);
        }
    }

    @Override
    Answer answer(State state, DaemonClient daemon) {
        String wanted = vip;
        List<Vip> vips = state.getVipsList().stream()
                .filter(each -> wanted == null || each.getKey().equals(wanted))
                .toList();
        if (wanted != null && vips.isEmpty()) {
            throw CommandFailure.failed(noSuchVip(wanted, state), null);
        }
        List<Row> rows = vips.stream()
                .flatMap(each -> each.getMembersList().stream().map(member -> new Row(each, member)))
                .toList();
        return new Reals(state.getObservedAt(), rows);
    }

    private static String canonical(String text) {
        try {
            return VipKey.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid("--vip: " + e.getMessage());
        }
    }

    private static String noSuchVip(String wanted, State state) {
        String known = state.getVipsList().stream().map(Vip::getKey).collect(Collectors.joining(", "));
        return "the daemon has no VIP " + wanted + ".\nIt has " + (known.isEmpty() ? "none" : known) + ".";
    }

    private record Row(Vip vip, Member member) {
        HealthState health() {
            return member.getHealth().getState();
        }

        String weight() {
            return member.getEffectiveWeight() == member.getWeight()
                    ? Integer.toString(member.getWeight())
                    : member.getEffectiveWeight() + " of " + member.getWeight();
        }

        String encapsulation() {
            return VipWords.encapsulation(member);
        }

        String serverIds() {
            return String.join(", ", member.getServerIdsList());
        }

        String lastProbe() {
            return member.hasLastProbeAge() ? Figures.age(member.getLastProbeAge()) + " ago" : "-";
        }
    }

    private record Reals(Timestamp observedAt, List<Row> rows) implements Answer {
        @Override
        public void print(PrintWriter out, Ansi ansi) {
            if (rows.isEmpty()) {
                out.println("No real servers: the daemon's pools are empty.");
                return;
            }
            Table<Row> table = new Table<Row>()
                    .text("vip", row -> row.vip().getKey())
                    .text("real", row -> row.member().getReal());
            if (rows.stream().anyMatch(row -> !row.encapsulation().equals("ipip"))) {
                table.text("encapsulation", Row::encapsulation);
            }
            if (rows.stream().anyMatch(row -> !row.serverIds().isEmpty())) {
                table.text("server id", Row::serverIds);
            }
            table.figures("weight", Row::weight)
                    .styled("health", Reals::health, row -> HealthTable.style(row.health()))
                    .figures(
                            "for",
                            row -> Figures.between(row.member().getHealth().getSince(), observedAt))
                    .figures("last probe", Row::lastProbe)
                    .figures(
                            "packets",
                            row -> Figures.count(row.member().getTraffic().getPackets()))
                    .figures(
                            "bytes",
                            row -> Figures.bytes(row.member().getTraffic().getBytes()))
                    .figures(
                            "new flows",
                            row -> Figures.count(row.member().getTraffic().getNewFlows()))
                    .text("reason", row -> row.member().getHealth().getReason())
                    .print(rows, out, ansi);
        }

        @Override
        public JsonElement json() {
            JsonArray reals = new JsonArray();
            for (Row row : rows) {
                JsonObject real = new JsonObject();
                real.addProperty("vip", row.vip().getKey());
                real.addProperty("pool", row.vip().getPool());
                JsonView.object(row.member()).asMap().forEach(real::add);
                reals.add(real);
            }
            JsonObject json = new JsonObject();
            json.add("reals", reals);
            return json;
        }

        private static String health(Row row) {
            return JsonView.text(row.health().getValueDescriptor()).toUpperCase(Locale.ROOT);
        }
    }
}
