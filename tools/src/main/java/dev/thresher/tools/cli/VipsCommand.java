// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** The verb {@code vips}. */
@Command(name = "vips", description = "List the VIPs with their members and traffic.")
final class VipsCommand extends StateVerb {
    @Override
    Answer answer(State state, DaemonClient daemon) {
        return new Vips(state.getVipsList());
    }

    private record Vips(List<Vip> vips) implements Answer {
        @Override
        public void print(PrintWriter out, Ansi ansi) {
            if (vips.isEmpty()) {
                out.println("No VIPs: the daemon's configuration has none.");
                return;
            }
            Table<Vip> table = new Table<Vip>()
                    .text("vip", Vip::getKey)
                    .text("pool", Vip::getPool)
                    .text("flows", vip -> vip.getTracked() ? "tracked" : "stateless");
            optional(table, "hash", VipWords::hash, "5-tuple");
            optional(table, "routes", VipWords::routes, "");
            optional(table, "encapsulation", VipWords::encapsulations, "ipip");
            table.styled("members up", vip -> vip.getMembersUp() + "/" + vip.getMembersTotal(), Vips::style)
                    .figures("packets", vip -> Figures.count(vip.getTraffic().getPackets()))
                    .figures("bytes", vip -> Figures.bytes(vip.getTraffic().getBytes()))
                    .figures("new flows", vip -> Figures.count(vip.getTraffic().getNewFlows()))
                    .figures("drops", vip -> Figures.count(vip.getDrops()))
                    .print(vips, out, ansi);
        }

        /** A column that is there only if it says something. */
        private void optional(Table<Vip> table, String header, Function<Vip, String> cell, String usual) {
            if (!vips.stream().map(cell).allMatch(text -> text.isEmpty() || text.equals(usual))) {
                table.text(header, cell);
            }
        }

        @Override
        public JsonElement json() {
            JsonObject json = new JsonObject();
            json.add("vips", JsonView.array(vips));
            return json;
        }

        private static Style style(Vip vip) {
            if (vip.getMembersUp() == vip.getMembersTotal()) {
                return Style.fg_green;
            }
            return vip.getMembersUp() == 0 ? Style.fg_red : Style.fg_yellow;
        }
    }
}
