// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.FlowTable;
import dev.thresher.api.v1.GetFlowTableResponse;
import dev.thresher.api.v1.MemberFlows;
import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/** How many flows there are, and of whom. */
record FlowCounts(GetFlowTableResponse counted) {
    private static final String LINE = "%-12s %s%n";

    void show(boolean json, PrintWriter out, Ansi ansi) {
        if (json) {
            out.println(JsonView.print(JsonView.object(counted)));
        } else {
            print(out, ansi);
        }
    }

    private void print(PrintWriter out, Ansi ansi) {
        FlowTable table = counted.getTable();
        out.printf(LINE, "flows", FlowFigures.occupancy(table));
        out.printf(LINE, "confirmed", Figures.count(table.getConfirmed()));
        out.printf(LINE, "unconfirmed", Figures.count(table.getUnconfirmed()));
        out.printf(LINE, "expired", Figures.count(table.getExpired()));
        if (counted.getMembersCount() == 0) {
            return;
        }
        out.println();
        new Table<MemberFlows>()
                .text("VIP", MemberFlows::getVip)
                .text("Real", MemberFlows::getReal)
                .figures("Flows", member -> Figures.count(member.getFlows()))
                .print(counted.getMembersList(), out, ansi);
    }
}
