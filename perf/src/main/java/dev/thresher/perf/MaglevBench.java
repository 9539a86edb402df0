// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.hashing.MaglevTable;
import dev.thresher.perf.MaglevBenchmark.Weights;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench maglev}: how long one Maglev table takes to build. */
@Command(
        name = "maglev",
        mixinStandardHelpOptions = true,
        description = "Measures how long one Maglev table of " + MaglevTable.DEFAULT_SIZE + " slots takes to build.")
public final class MaglevBench implements Callable<Integer> {
    private static final int TARGET_MEMBERS = 1000;
    private static final double TARGET_MS = 2;
    private static final double NS_PER_MS = 1e6;

    @Option(
            names = "--members",
            split = ",",
            paramLabel = "N",
            defaultValue = "10,100,1000,5000",
            description = "Members of the pool, a case each. Default: ${DEFAULT-VALUE}.")
    private List<Integer> members = List.of();

    @Option(names = "--json", description = "Print the results as JSON and nothing else.")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    /** Runs the benchmark by itself; exits like the {@code thresher} command. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new MaglevBench()).execute(args));
    }

    @Override
    public Integer call() {
        CommandLine command = commandLine();
        for (int count : members) {
            if (count < 1 || count > MaglevTable.DEFAULT_SIZE) {
                throw new ParameterException(
                        command,
                        "--members " + count + ": a table of " + MaglevTable.DEFAULT_SIZE + " slots holds 1 to "
                                + MaglevTable.DEFAULT_SIZE + " members");
            }
        }
        PrintWriter err = command.getErr();
        List<BenchReport.Case> cases = new ArrayList<>();
        try {
            for (int count : members) {
                for (Weights weights : Weights.values()) {
                    if (!json) {
                        err.println("measuring " + count + " members, " + name(weights) + " weights …");
                        err.flush();
                    }
                    cases.add(measure(count, weights));
                }
            }
        } catch (RunnerException e) {
            err.println("the benchmark did not run: " + e.getMessage());
            return CommandLine.ExitCode.SOFTWARE;
        }
        BenchReport report = new BenchReport("ms", cases);
        PrintWriter out = command.getOut();
        out.print(json ? report.toJson() + System.lineSeparator() : report.toTable());
        out.flush();
        return CommandLine.ExitCode.OK;
    }

    private CommandLine commandLine() {
        if (spec == null) {
            throw new IllegalStateException("MaglevBench runs as a picocli command only");
        }
        return spec.commandLine();
    }

    private static BenchReport.Case measure(int count, Weights weights) throws RunnerException {
        Options options = new OptionsBuilder()
                .include("^" + MaglevBenchmark.class.getName().replace(".", "\\.") + "\\.")
                .param("members", Integer.toString(count))
                .param("weights", weights.name())
                .verbosity(VerboseMode.SILENT)
                .shouldFailOnError(true)
                .build();
        RunResult result = new Runner(options).runSingle();
        Statistics samples = result.getPrimaryResult().getStatistics();
        double median = samples.getPercentile(50);
        double spread = (samples.getPercentile(75) - samples.getPercentile(25)) / median;
        String name = "maglev_" + count + (weights == Weights.EQUAL ? "" : "_" + name(weights));
        Double target = count == TARGET_MEMBERS ? TARGET_MS : null;
        return BenchReport.Case.of(name, median, spread, median / NS_PER_MS, target);
    }

    private static String name(Weights weights) {
        return weights.name().toLowerCase(Locale.ROOT);
    }
}
