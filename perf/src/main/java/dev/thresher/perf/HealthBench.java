// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import dev.thresher.perf.CheckerProcess.Reading;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench health}. */
@Command(
        name = "health",
        description = {
            "Measures what health checks cost: HTTP probes of servers on 127.0.0.0/8 by a process of its own.",
            "With --pauses, stops that process for 3 s five times and counts the verdicts that change."
        },
        mixinStandardHelpOptions = true)
final class HealthBench implements Callable<Integer> {
    private static final int INTERVAL_MILLIS = 2000;
    private static final int PAUSES = 5;
    private static final int PAUSE_SECONDS = 3;
    private static final double MAX_CPU = 0.6;
    private static final double MAX_DRIFT = 0.01;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--rate",
            defaultValue = "10000",
            paramLabel = "N",
            description = "Probes a second (default: ${DEFAULT-VALUE}); with --pauses, 500.")
    private int rate;

    @Option(
            names = "--seconds",
            defaultValue = "20",
            paramLabel = "N",
            description = "Measure for so long (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--java-options",
            defaultValue = "-XX:+UseSerialGC",
            paramLabel = "OPTIONS",
            description = "Options of the checker's Java (default: ${DEFAULT-VALUE}).")
    private String javaOptions = "";

    @Option(names = "--pauses", description = "Stop the checker's process five times, evenly over the time.")
    private boolean pauses;

    @Spec
    private @Nullable CommandSpec spec;

    /**
     * One figure.
     *
     * @param target what it should be, for people
     */
    record Row(String name, double value, String unit, String target, boolean ok) {}

    private record Report(List<Row> cases) {}

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        if (rate < 1 || rate > 60_000 || seconds < (pauses ? PAUSES * (PAUSE_SECONDS + 1) : 1)) {
            throw new ParameterException(
                    command.commandLine(), "--rate must be 1 to 60000, --seconds at least 1, and 20 with --pauses");
        }
        int targets = pauses ? 1000 : rate * INTERVAL_MILLIS / 1000;
        List<Row> rows;
        try (HealthServer server = new HealthServer();
                RunningChecker checker = RunningChecker.start(
                        List.of(javaOptions.trim().split(" +")), server.port(), targets, INTERVAL_MILLIS)) {
            rows = pauses ? pause(checker, targets) : measure(checker, targets);
        }
        if (!pauses) {
            rows = withFloor(rows);
        }
        PrintWriter out = command.commandLine().getOut();
        if (json) {
            out.println(new GsonBuilder().create().toJson(new Report(rows)));
        } else {
            rows.forEach(row -> out.printf(
                    Locale.ROOT,
                    "%-20s %12.2f %-22s %-10s %s%n",
                    row.name,
                    row.value,
                    row.unit,
                    row.target,
                    row.target.isEmpty() ? "" : row.ok ? "met" : "MISSED"));
        }
        out.flush();
        return rows.stream().allMatch(Row::ok) ? 0 : 1;
    }

    private List<Row> measure(RunningChecker checker, int targets) {
        awaitAllUp(checker, targets);
        Reading first = awaitRest(checker);
        int descriptors = first.descriptors();
        Reading last = first;
        for (int second = 0; second < seconds; second++) {
            waitSeconds(1);
            last = checker.read();
            descriptors = Math.max(descriptors, last.descriptors());
        }
        double span = (last.nanos() - first.nanos()) / 1e9;
        double perSecond = (last.probes() - first.probes()) / span;
        double cpu = (last.checkerCpuNanos() - first.checkerCpuNanos()) / span / 1e9;
        double user = (last.checkerUserNanos() - first.checkerUserNanos()) / span / 1e9;
        double wanted = targets * 1000.0 / INTERVAL_MILLIS;
        double drift = perSecond / wanted - 1;
        return List.of(
                new Row("probes", perSecond, "a second", "", true),
                new Row(
                        "drift",
                        100 * drift,
                        "% of the rate",
                        "±" + Math.round(100 * MAX_DRIFT) + " %",
                        Math.abs(drift) <= MAX_DRIFT),
                new Row("checker_cpu", 100 * cpu, "% of a core", "≤ 60 %", cpu <= MAX_CPU),
                new Row("cpu_per_probe", 1e6 * cpu / perSecond, "us", "", true),
                new Row("of_it_kernel", 1e6 * (cpu - user) / perSecond, "us", "", true),
                new Row("descriptors", descriptors, "open at most", "≤ 2000", descriptors <= 2000),
                new Row("wrong_verdicts", last.wrongTransitions(), "", "0", last.wrongTransitions() == 0));
    }

    /** On a server of its own: what the checker leaves behind shall not count. */
    private List<Row> withFloor(List<Row> rows) {
        List<Row> all = new ArrayList<>(rows);
        try (HealthServer server = new HealthServer();
                BareProbes bare = new BareProbes(server.port(), rate)) {
            double floor = bare.microsEach(() -> waitSeconds(5), () -> waitSeconds(Math.min(seconds, 10)));
            all.add(new Row("floor_per_probe", floor, "us", "", true));
        }
        return all;
    }

    private List<Row> pause(RunningChecker checker, int targets) {
        awaitAllUp(checker, targets);
        long between = seconds - (long) PAUSES * PAUSE_SECONDS;
        for (int i = 0; i < PAUSES; i++) {
            waitSeconds(Math.max(1, between / (PAUSES + 1)));
            checker.signal("STOP");
            waitSeconds(PAUSE_SECONDS);
            checker.signal("CONT");
        }
        waitSeconds(Math.max(1, between / (PAUSES + 1)));
        Reading last = checker.read();
        return List.of(
                new Row("pauses_noticed", last.pauses(), "", "≥ " + PAUSES, last.pauses() >= PAUSES),
                new Row("targets_up", last.up(), "", "= " + targets, last.up() == targets),
                new Row("wrong_verdicts", last.wrongTransitions(), "", "0", last.wrongTransitions() == 0));
    }

    private static void awaitAllUp(RunningChecker checker, int targets) {
        for (int second = 0; second < 30; second++) {
            if (checker.read().up() == targets) {
                return;
            }
            waitSeconds(1);
        }
        throw new BenchException("not all " + targets + " targets came up within 30 s; is another program in the way?");
    }

    /** Waits for the just-in-time compiler, and until what has piled up in the meantime is dealt with. */
    private static Reading awaitRest(RunningChecker checker) {
        waitSeconds(5);
        Reading reading = checker.read();
        for (int second = 0; second < 25 && reading.waiting() > 0; second++) {
            waitSeconds(1);
            reading = checker.read();
        }
        waitSeconds(1);
        return checker.read();
    }

    private static void waitSeconds(long time) {
        long end = System.nanoTime() + time * 1_000_000_000;
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
