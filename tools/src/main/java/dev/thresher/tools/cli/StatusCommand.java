// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.thresher.api.v1.ConfigProblem;
import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.CounterKind;
import dev.thresher.api.v1.Daemon;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Vip;
import dev.thresher.config.ConfigError;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/** The verb {@code status}. */
@Command(name = "status", description = "Show how a running load balancer is doing.")
final class StatusCommand extends StateVerb {
    @Override
    Answer answer(State state, DaemonClient daemon) {
        return new Status(state, daemon.counters());
    }

    private record Status(State state, List<Counter> counters) implements Answer {
        private static final String LINE = "%-11s %s%n";

        @Override
        public void print(PrintWriter out, Ansi ansi) {
            printDaemon(out);
            int serving = vipsServing();
            String idle = serving == state.getVipsCount()
                    ? ""
                    : ", "
                            + HealthTable.paint(
                                    ansi,
                                    Style.fg_red,
                                    state.getVipsCount() - serving + " without a member that is up");
            out.printf(LINE, "VIPs", state.getVipsCount() + idle);
            out.printf(LINE, "members", up() + " of " + total() + " up");
            String encapsulations = VipWords.encapsulations(state);
            if (!encapsulations.isEmpty() && !encapsulations.equals("ipip")) {
                out.printf(LINE, "reached by", encapsulations);
            }
            out.printf(LINE, "flows", FlowFigures.occupancy(state.getFlowTable()));
            printCounters(out, ansi, "Packets", CounterKind.COUNTER_KIND_VERDICT);
            printCounters(out, ansi, "Dropped because of", CounterKind.COUNTER_KIND_DROP_REASON);
            printProblems(out, ansi);
            if (state.getDaemon().getWarningsCount() > 0) {
                out.println();
                out.println("Warnings");
                state.getDaemon()
                        .getWarningsList()
                        .forEach(warning -> out.println("  " + HealthTable.paint(ansi, Style.fg_yellow, warning)));
            }
        }

        @Override
        public JsonElement json() {
            JsonObject vips = new JsonObject();
            vips.addProperty("total", state.getVipsCount());
            vips.addProperty("serving", vipsServing());
            JsonObject members = new JsonObject();
            members.addProperty("total", total());
            members.addProperty("up", up());
            JsonObject json = new JsonObject();
            json.add("daemon", JsonView.object(state.getDaemon()));
            json.add("config", JsonView.object(state.getConfig()));
            json.add("vips", vips);
            json.add("members", members);
            json.add("flow_table", JsonView.object(state.getFlowTable()));
            json.add("counters", JsonView.array(counters));
            return json;
        }

        private void printDaemon(PrintWriter out) {
            Daemon daemon = state.getDaemon();
            out.printf(
                    LINE,
                    "instance",
                    daemon.getInstance() + ", version " + daemon.getVersion() + ", pid "
                            + Integer.toUnsignedString(daemon.getPid()) + ", up "
                            + Figures.between(daemon.getStartedAt(), state.getObservedAt()));
            out.printf(
                    LINE,
                    "config",
                    daemon.getConfigFile() + ", revision " + state.getConfig().getRevision() + " since "
                            + Figures.between(state.getConfig().getSince(), state.getObservedAt()));
            out.printf(
                    LINE,
                    "interface",
                    daemon.getInterface() + ", XDP in "
                            + JsonView.text(daemon.getXdpMode().getValueDescriptor()) + " mode");
            out.printf(
                    LINE, "next hop", daemon.hasNextHop() ? daemon.getNextHop().getMac() : "not resolved");
        }

        /** Verdicts always, to show that the data plane lives; drop reasons only where there is something. */
        private void printCounters(PrintWriter out, Ansi ansi, String heading, CounterKind kind) {
            List<Counter> shown = counters.stream()
                    .filter(counter -> counter.getKind() == kind)
                    .filter(counter -> kind == CounterKind.COUNTER_KIND_VERDICT || counter.getPackets() != 0)
                    .toList();
            if (shown.isEmpty()) {
                return;
            }
            out.println();
            new Table<Counter>()
                    .text(heading, Counter::getName)
                    .figures("", counter -> Figures.count(counter.getPackets()))
                    .print(shown, out, ansi);
        }

        private void printProblems(PrintWriter out, Ansi ansi) {
            if (state.getConfig().getProblemsCount() == 0) {
                return;
            }
            out.println();
            out.println("The configuration files do not count until this is mended");
            state.getConfig()
                    .getProblemsList()
                    .forEach(problem -> out.println("  " + HealthTable.paint(ansi, Style.fg_red, text(problem))));
        }

        /** As {@code thresher check} and the daemon's log have it. */
        private static String text(ConfigProblem problem) {
            return new ConfigError(problem.getFile(), problem.getLine(), problem.getPath(), null, problem.getMessage())
                    .toString();
        }

        private int vipsServing() {
            return (int) state.getVipsList().stream()
                    .filter(vip -> vip.getMembersUp() > 0)
                    .count();
        }

        private int up() {
            return sum(Vip::getMembersUp);
        }

        private int total() {
            return sum(Vip::getMembersTotal);
        }

        private int sum(ToIntFunction<Vip> figure) {
            return state.getVipsList().stream().mapToInt(figure).sum();
        }
    }
}
