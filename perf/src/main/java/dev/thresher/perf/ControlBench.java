// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.thresher.perf.ControlReport.Figure;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench control}. */
@Command(
        name = "control",
        description = {
            "Measures starts, memory and changes of the daemon: with one VIP and with thousands, each with a pool of"
                    + " its own.",
            "Needs root; works in a network namespace and an instance of its own that it removes again."
        },
        mixinStandardHelpOptions = true)
final class ControlBench implements Callable<Integer> {
    private static final int REALS = 16;
    private static final int MANY = 4096;
    private static final int BATCH = 512;
    private static final int LEAST_BATCH_ROUNDS = 5;
    private static final int WARM_UP_ROUNDS = 3;
    private static final String OWN_ADDRESS = "192.0.2.1/24";
    private static final double NS_PER_MS = 1e6;

    /** What follows from a start or a change is over by then, and the watch over the files has seen the last edit. */
    private static final Duration SETTLE = Duration.ofSeconds(5);

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--rounds",
            defaultValue = "3",
            paramLabel = "N",
            description =
                    "So many starts and changes of each kind, of which the median counts (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--vips",
            defaultValue = "" + MANY,
            paramLabel = "N",
            description = "VIPs of the large balancer (default: ${DEFAULT-VALUE}).")
    private int vips;

    @Spec
    private @Nullable CommandSpec spec;

    private final List<Figure> figures = new ArrayList<>();

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        if (rounds < 1 || vips < 2 || vips > FailoverRun.MOST_VIPS) {
            throw new ParameterException(
                    command.commandLine(), "--rounds must be at least 1, --vips 2 to " + FailoverRun.MOST_VIPS);
        }
        PrintWriter err = command.commandLine().getErr();
        Path folder = temporaryFolder();
        Thread cleanup = new Thread(() -> delete(folder));
        Runtime.getRuntime().addShutdownHook(cleanup);
        try (VethPair veth = VethPair.create()) {
            veth.address(VethPair.FAR, OWN_ADDRESS); // the JDK finds no interface that has none
            veth.run(() -> {
                say(err, "one VIP");
                starts(folder, 1, "start_1", "rss_1", 1000, 90);
                say(err, vips + " VIPs of " + REALS + " real servers");
                starts(folder, vips, "start_" + vips, "rss_" + vips, 3000, 160);
                say(err, "changes");
                changes(folder);
                say(err, BATCH + " tables in one batch");
                batches();
            });
        } finally {
            Runtime.getRuntime().removeShutdownHook(cleanup);
            delete(folder);
        }
        ControlReport report = new ControlReport(figures);
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? report.toJson() + System.lineSeparator() : report.toTable());
        out.flush();
        return figures.stream().allMatch(Figure::ok) ? 0 : 1;
    }

    private static void say(PrintWriter err, String what) {
        err.println("bench: " + what);
        err.flush();
    }

    /** A data plane that is new each time. */
    private void starts(Path folder, int count, String startName, String rssName, double startMs, double rssMib) {
        List<Double> times = new ArrayList<>();
        List<Double> memory = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            try (ControlledDaemon daemon = ControlledDaemon.start(config(folder, count))) {
                times.add(daemon.startupNanos() / NS_PER_MS);
                daemon.requireForwarding(0);
                daemon.requireForwarding(count - 1);
                settle();
                memory.add(daemon.residentMib());
            }
        }
        boolean asSet = count == 1 || count == MANY;
        figures.add(Figure.of(startName, times, "ms", asSet ? startMs : null));
        figures.add(Figure.of(rssName, memory, "MiB", asSet ? rssMib : null));
    }

    /** Edits stay, so each changes one pool. */
    private void changes(Path folder) {
        List<Double> times = new ArrayList<>();
        List<Double> written = new ArrayList<>();
        Map<Integer, Integer> weights = new HashMap<>();
        ControlConfig config = config(folder, vips);
        try (ControlledDaemon daemon = ControlledDaemon.start(config)) {
            for (int round = 0; round < rounds; round++) {
                settle();
                int vip = (int) ((round + 0.5) / rounds * vips);
                weights.put(vip, 2);
                List<Integer> before = daemon.tables();
                config.write(weights);
                times.add(daemon.reload(vip) / NS_PER_MS);
                settle();
                written.add((double) different(before, daemon.tables()));
            }
        }
        figures.add(Figure.of("reload_" + vips, times, "ms", vips == MANY ? 100.0 : null));
        figures.add(Figure.of("reload_" + vips + "_tables", written, "tables", 1.0));
    }

    private static int different(List<Integer> some, List<Integer> others) {
        return (int) IntStream.range(0, some.size())
                .filter(i -> !some.get(i).equals(others.get(i)))
                .count();
    }

    /** From the first of so many verdicts to the last new table, in this process: with its options, not the daemon's. */
    private void batches() {
        List<Double> times = new ArrayList<>();
        try (FailoverRun run = FailoverRun.start(BATCH, REALS, false)) {
            for (int round = -WARM_UP_ROUNDS; round < Math.max(rounds, LEAST_BATCH_ROUNDS); round++) {
                double millis = run.fail(BATCH).rebuiltNanos() / NS_PER_MS;
                if (round >= 0) {
                    times.add(millis);
                }
            }
        }
        figures.add(Figure.of("batch_" + BATCH, times, "ms", 150.0));
    }

    private static ControlConfig config(Path folder, int count) {
        return new ControlConfig("bench-" + ProcessHandle.current().pid(), folder, count, REALS);
    }

    private static void settle() {
        long end = System.nanoTime() + SETTLE.toNanos();
        for (long left = SETTLE.toNanos(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("thresher-bench");
        } catch (IOException e) {
            throw new BenchException("cannot make a folder: " + e.getMessage(), e);
        }
    }

    private static void delete(Path folder) {
        try {
            MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException e) {
            throw new BenchException("cannot remove " + folder + ": " + e.getMessage(), e);
        }
    }
}
