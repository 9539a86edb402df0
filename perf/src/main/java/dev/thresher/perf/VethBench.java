// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench veth}. */
@Command(
        name = "veth",
        description = {
            "Measures the packet rate through a veth pair on one core, against XDP_TX and bare encapsulation.",
            "Needs root; works in a network namespace of its own that it removes again."
        },
        mixinStandardHelpOptions = true)
final class VethBench implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--loads",
            defaultValue = "5",
            paramLabel = "N",
            description = "Load each program so many times (default: ${DEFAULT-VALUE}).")
    private int loads;

    @Option(
            names = "--rounds",
            defaultValue = "5",
            paramLabel = "N",
            description = "Measure each load so many times (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--flows",
            defaultValue = "4194304",
            paramLabel = "N",
            description = "Size of the connection table, a power of two (default: ${DEFAULT-VALUE}).")
    private int maxFlows;

    @Option(names = "--cpu", paramLabel = "N", defaultValue = "0", description = "Run on this CPU (default: 0).")
    private int cpu;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        if (Integer.bitCount(maxFlows) != 1 || maxFlows < 1 << 10 || loads < 1 || rounds < 1) {
            throw new ParameterException(
                    command.commandLine(), "--flows must be a power of two, --loads and --rounds at least 1");
        }
        PrintWriter err = command.commandLine().getErr();
        VethReport report;
        try (VethRun run = new VethRun(cpu, loads, maxFlows)) {
            for (int i = 0; i < loads * rounds; i++) {
                err.println("bench: round " + (i + 1) + " of " + loads * rounds);
                err.flush();
                run.round(i % loads);
            }
            report = new VethReport(run.rates());
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? report.json() + System.lineSeparator() : report.table());
        out.flush();
        return report.ok() ? 0 : 1;
    }
}
