// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench failover}. */
@Command(
        name = "failover",
        description = {
            "Measures the time from a verdict of the health checks until no packet goes to the dead (avoided),",
            "and to the new tables in the kernel (rebuilt).",
            "Needs root; works in a network namespace of its own that it removes again."
        },
        mixinStandardHelpOptions = true)
final class FailoverBench implements Callable<Integer> {
    private static final double TARGET_MS = 50;
    private static final double NS_PER_MS = 1e6;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--vips",
            defaultValue = "1000",
            paramLabel = "N",
            description = "VIPs (default: ${DEFAULT-VALUE}).")
    private int vips;

    @Option(
            names = "--reals",
            defaultValue = "16",
            paramLabel = "N",
            description = "Real servers of each pool (default: ${DEFAULT-VALUE}).")
    private int reals;

    @Option(
            names = "--rounds",
            defaultValue = "100",
            paramLabel = "N",
            description = "So many failures of each kind (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        if (vips < 1 || vips > FailoverRun.MOST_VIPS || reals < 2 || reals > 64 || rounds < 1) {
            throw new ParameterException(
                    command.commandLine(),
                    "--vips must be 1 to " + FailoverRun.MOST_VIPS + ", --reals 2 to 64, --rounds at least 1");
        }
        PrintWriter err = command.commandLine().getErr();
        List<BenchReport.Case> cases = new ArrayList<>();
        try (VethPair veth = VethPair.create()) {
            veth.run(() -> {
                try (FailoverRun run = FailoverRun.start(vips, reals, false)) {
                    measure(run, "own_pools_1", 1, rounds, err, cases);
                    measure(run, "own_pools_100", Math.min(100, vips), Math.max(1, rounds / 4), err, cases);
                }
                try (FailoverRun run = FailoverRun.start(vips, reals, true)) {
                    measure(run, "shared_pool_1", 1, Math.max(1, rounds / 4), err, cases);
                }
            });
        }
        BenchReport report = new BenchReport("ms", cases);
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? report.toJson() + System.lineSeparator() : report.toTable());
        out.flush();
        return cases.stream().allMatch(BenchReport.Case::ok) ? 0 : 1;
    }

    private static void measure(
            FailoverRun run, String name, int atOnce, int rounds, PrintWriter err, List<BenchReport.Case> cases) {
        err.println("bench: " + name + ", " + rounds + " rounds");
        err.flush();
        List<Double> avoided = new ArrayList<>();
        List<Double> rebuilt = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            FailoverRun.Took took = run.fail(atOnce);
            avoided.add((double) took.avoidedNanos());
            rebuilt.add((double) took.rebuiltNanos());
        }
        addCases(name + "_avoided", avoided, TARGET_MS, cases);
        addCases(name + "_rebuilt", rebuilt, null, cases);
    }

    private static void addCases(
            String name, List<Double> times, @Nullable Double targetMs, List<BenchReport.Case> cases) {
        Collections.sort(times);
        Sample sample = Sample.of(times);
        double p99 = times.get((int) Math.ceil(0.99 * times.size()) - 1);
        double spread = sample.spread() / sample.median();
        cases.add(BenchReport.Case.of(name + "_p50", sample.median(), spread, sample.median() / NS_PER_MS, null));
        cases.add(BenchReport.Case.of(name + "_p99", p99, spread, p99 / NS_PER_MS, targetMs));
    }
}
