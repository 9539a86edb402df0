// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import dev.thresher.bpf.BpfMap;
import dev.thresher.daemon.datapath.DatapathException;
import java.io.PrintWriter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench memory}. */
@Command(
        name = "memory",
        description = {
            "Tells how much kernel memory the maps of a large balancer take, by the kernel's own count.",
            "Loads the program and fills its maps as the daemon does; attaches it to nothing."
        },
        mixinStandardHelpOptions = true)
final class MemoryBench implements Callable<Integer> {
    private static final double MIB = 1 << 20;
    /** For the default sizes, in MiB. */
    private static final double TARGET = 256;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(names = "--vips", defaultValue = "512", paramLabel = "N", description = "VIPs (default: ${DEFAULT-VALUE}).")
    private int vips;

    @Option(
            names = "--reals",
            defaultValue = "4096",
            paramLabel = "N",
            description = "Real servers, shared out among the VIPs (default: ${DEFAULT-VALUE}).")
    private int reals;

    @Option(
            names = "--flows",
            defaultValue = "8388608",
            paramLabel = "N",
            description = "Size of the connection table, a power of two (default: ${DEFAULT-VALUE}).")
    private int flows;

    @Spec
    private @Nullable CommandSpec spec;

    /**
     * A map's part.
     *
     * @param bytes tables of an array of maps included
     */
    record Row(String name, long bytes) {}

    /**
     * All of it.
     *
     * @param cpus possible CPUs: counters are kept once for each
     * @param target MiB, if the sizes are those that it was set for
     */
    record Report(
            List<Row> maps, long bytes, int cpus, @Nullable Double target, boolean ok) {
        static Report of(Map<String, Long> memory, @Nullable Double target) {
            List<Row> rows = memory.entrySet().stream()
                    .map(map -> new Row(map.getKey(), map.getValue()))
                    .sorted(Comparator.comparingLong(Row::bytes).reversed())
                    .toList();
            long sum = rows.stream().mapToLong(Row::bytes).sum();
            return new Report(rows, sum, BpfMap.cpus(), target, target == null || sum <= target * MIB);
        }
    }

    @Override
    public Integer call() throws DatapathException {
        CommandSpec command = Objects.requireNonNull(spec);
        if (vips < 1 || reals < vips || Integer.bitCount(flows) != 1) {
            throw new ParameterException(
                    command.commandLine(),
                    "--flows must be a power of two, --vips at least 1, --reals at least --vips");
        }
        boolean asSet = vips == 512 && reals == 4096 && flows == 1 << 23;
        Report report;
        try (LargeBalancer balancer = LargeBalancer.open(vips, reals, flows)) {
            report = Report.of(balancer.memory(), asSet ? TARGET : null);
        }
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(new GsonBuilder().serializeNulls().create().toJson(report));
        } else {
            print(out, report);
        }
        out.flush();
        return report.ok() ? 0 : 1;
    }

    private void print(PrintWriter out, Report report) {
        report.maps().forEach(row -> out.println(line(row.name(), row.bytes())));
        Double target = report.target();
        String verdict = target == null
                ? ""
                : String.format(Locale.ROOT, "  ≤ %.0f MiB  %s", target, report.ok() ? "met" : "MISSED");
        out.println(line("all maps, " + report.cpus() + " CPUs", report.bytes()) + verdict);
    }

    private static String line(String name, long bytes) {
        return String.format(Locale.ROOT, "%-24s %10.2f MiB", name, bytes / MIB);
    }
}
