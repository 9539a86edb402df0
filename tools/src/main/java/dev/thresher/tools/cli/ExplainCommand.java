// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonElement;
import dev.thresher.api.v1.ExplainRequest;
import dev.thresher.api.v1.ExplainResponse;
import dev.thresher.api.v1.ExplainedMember;
import dev.thresher.api.v1.Flow;
import dev.thresher.api.v1.Route;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Parameters;

/** The verb {@code explain}. */
@Command(
        name = "explain",
        description =
                "Show where packets from a client to a VIP go now, and why: Maglev slot, connection table, health.")
final class ExplainCommand extends AnswerVerb {
    @Parameters(
            index = "0",
            paramLabel = "CLIENT",
            description = "Where packets come from: 198.51.100.7:40000 or [2001:db8::7]:40000.")
    private String client = "";

    @Parameters(index = "1", paramLabel = "VIP", description = "Where they go to: 203.0.113.10:80/tcp.")
    private String vip = "";

    @Override
    Answer ask(DaemonClient daemon) {
        return new Explained(
                client,
                vip,
                daemon.explain(ExplainRequest.newBuilder()
                        .setClient(client)
                        .setVip(vip)
                        .build()));
    }

    private record Explained(String client, String vip, ExplainResponse response) implements Answer {
        private static final String LINE = "%-8s %s%n";

        @Override
        public void print(PrintWriter out, Ansi ansi) {
            out.printf(LINE, "client", client);
            out.printf(LINE, "VIP", vipLine());
            out.printf(LINE, "slot", slotLine());
            out.printf(LINE, "flow", response.hasFlow() ? flow(response.getFlow()) : "none in the connection table");
            if (response.hasOnSyn()) {
                out.printf(LINE, "SYN", route(response.getOnSyn()));
            }
            out.printf(LINE, response.hasOnSyn() ? "others" : "packets", route(response.getOnPacket()));
            if (response.getMembersCount() > 0) {
                out.println();
                members().print(response.getMembersList(), out, ansi);
            }
        }

        @Override
        public JsonElement json() {
            return JsonView.object(response);
        }

        private static Table<ExplainedMember> members() {
            return new Table<ExplainedMember>()
                    .text("Real", ExplainedMember::getReal)
                    .text("State", member -> JsonView.text(member.getState().getValueDescriptor()))
                    .text("Health", member -> health(member))
                    .text(
                            "Weight",
                            member ->
                                    member.hasMember() ? "" + member.getMember().getWeight() : "-")
                    .text(
                            "Next hop",
                            member -> member.hasNextHop() ? member.getNextHop().getMac() : "not resolved")
                    .text("Reason", member -> member.getMember().getHealth().getReason());
        }

        private static String health(ExplainedMember member) {
            return member.hasMember()
                    ? JsonView.text(member.getMember().getHealth().getState().getValueDescriptor())
                            .toUpperCase(Locale.ROOT)
                    : "-";
        }

        private String vipLine() {
            if (!response.hasVip()) {
                return vip + " is not a VIP";
            }
            String of = response.getVip().equals(vip) ? "" : " (" + vip + ")";
            return response.getVip() + of + (response.getTracked() ? ", tracked" : ", stateless");
        }

        private String slotLine() {
            String choice = response.hasTableChoice() ? response.getTableChoice() : "nobody";
            return Figures.count(response.getSlot()) + " of " + Figures.count(response.getSlots())
                    + (response.hasVip() ? ", the Maglev table's choice is " + choice : "");
        }

        private static String flow(Flow flow) {
            return flow.getReal() + ", " + JsonView.text(flow.getState().getValueDescriptor()) + ", last packet "
                    + Figures.age(flow.getAge()) + " ago, bucket " + Figures.count(flow.getBucket()) + " place "
                    + flow.getPlace();
        }

        private static String route(Route route) {
            String what = switch (route.getVerdict()) {
                case VERDICT_FORWARD -> "to " + route.getReal();
                case VERDICT_PASS -> "left to the kernel";
                case VERDICT_DROP -> "dropped";
                default -> JsonView.text(route.getVerdict().getValueDescriptor());
            };
            return what + ": " + route.getReason();
        }
    }
}
