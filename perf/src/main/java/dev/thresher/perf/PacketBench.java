// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.CurrentThread;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench packets}. */
@Command(
        name = "packets",
        description = {
            "Measures what the packet path costs, in units of a bare IP-in-IP encapsulation.",
            "Needs root; attaches to no interface and sends nothing."
        },
        mixinStandardHelpOptions = true)
final class PacketBench implements Callable<Integer> {
    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--against",
            paramLabel = "PIN",
            description = "Run this pinned XDP program through the same cases. It has to serve 198.18.0.0 to"
                    + " 198.18.0.63 and 2001:db8:cafe::1:0, port 80.")
    private @Nullable Path against;

    @Option(
            names = "--loads",
            defaultValue = "5",
            paramLabel = "N",
            description = "Load each program so many times (default: ${DEFAULT-VALUE}).")
    private int loads;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description = "Measure each load so many times (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--flows",
            defaultValue = "4194304",
            paramLabel = "N",
            description = "Size of the connection table, a power of two (default: ${DEFAULT-VALUE}).")
    private int maxFlows;

    @Option(
            names = "--cases",
            split = ",",
            paramLabel = "NAME",
            description = "Measure only these, separated by commas.")
    private @Nullable List<String> names;

    @Option(names = "--cpu", paramLabel = "N", defaultValue = "0", description = "Run on this CPU (default: 0).")
    private int cpu;

    @Option(names = "--verbose", description = "Show each measurement on stderr.")
    private boolean verbose;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        Set<PacketCase> cases = cases(command);
        if (Integer.bitCount(maxFlows) != 1 || maxFlows < 1 << 10 || loads < 1 || rounds < 1) {
            throw new ParameterException(
                    command.commandLine(), "--flows must be a power of two, --loads and --rounds at least 1");
        }
        PrintWriter err = command.commandLine().getErr();
        CurrentThread.pinTo(cpu);
        PacketReport report;
        try (PacketRun run = new PacketRun(cases, loads, maxFlows, line -> show(err, line))) {
            err.println("bench: filling the connection tables");
            err.flush();
            run.populate();
            Map<String, BpfProgram> others = others();
            for (int i = 0; i < loads * rounds; i++) {
                err.println("bench: round " + (i + 1) + " of " + loads * rounds);
                err.flush();
                run.round(i % loads, others);
            }
            run.failures().forEach(failure -> err.println("bench: not compared: " + failure));
            report = PacketReport.of(run.timings(), cases);
        }
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? report.json() + System.lineSeparator() : report.table());
        out.flush();
        return report.ok() ? 0 : 1;
    }

    private void show(PrintWriter err, String line) {
        if (verbose) {
            err.println("  " + line);
            err.flush();
        }
    }

    private Map<String, BpfProgram> others() {
        if (against == null) {
            return Map.of();
        }
        return Map.of(
                PacketReport.OTHER,
                BpfProgram.openPinned(against)
                        .orElseThrow(() -> new BenchException("no program is pinned at " + against)));
    }

    private Set<PacketCase> cases(CommandSpec command) {
        if (names == null) {
            return EnumSet.allOf(PacketCase.class);
        }
        Set<PacketCase> cases = EnumSet.noneOf(PacketCase.class);
        for (String name : names) {
            try {
                cases.add(PacketCase.valueOf(name.toUpperCase(Locale.ROOT)));
            } catch (IllegalArgumentException e) {
                throw new ParameterException(
                        command.commandLine(),
                        "no case is called " + name + "; there are "
                                + EnumSet.allOf(PacketCase.class).stream()
                                        .map(PacketCase::label)
                                        .toList(),
                        e);
            }
        }
        return cases;
    }
}
