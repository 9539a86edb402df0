// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import com.google.gson.GsonBuilder;
import dev.thresher.tools.lab.CleanExit;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.LabSpec;
import dev.thresher.tools.lab.Launcher;
import dev.thresher.tools.restarts.ProofCounts;
import dev.thresher.tools.restarts.ProofResult;
import dev.thresher.tools.restarts.RestartProof;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code thresher bench restarts}. */
@Command(
        name = "restarts",
        description = {
            "Restarts, kills, upgrades and reloads the daemon in a lab, in random order, while clients send requests"
                    + " and",
            "uploads all the time; counts what fails. About ten minutes.",
            "Needs root; works in network namespaces of its own that it removes again."
        },
        mixinStandardHelpOptions = true)
final class RestartsBench implements Callable<Integer> {
    private static final String LAB = "restarts";

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Option(
            names = "--restarts",
            defaultValue = "50",
            paramLabel = "N",
            description = "SIGTERM and a new start (default: ${DEFAULT-VALUE}).")
    private int restarts;

    @Option(
            names = "--kills",
            defaultValue = "20",
            paramLabel = "N",
            description = "SIGKILL in the middle of a change, a start or a resize, and a new start (default:"
                    + " ${DEFAULT-VALUE}).")
    private int kills;

    @Option(
            names = "--upgrades",
            defaultValue = "20",
            paramLabel = "N",
            description = "A daemon of another layout version takes over, back and forth (default: ${DEFAULT-VALUE}).")
    private int upgrades;

    @Option(
            names = "--reloads",
            defaultValue = "500",
            paramLabel = "N",
            description = "Changes of VIPs that carry no traffic (default: ${DEFAULT-VALUE}).")
    private int reloads;

    @Option(
            names = "--upload-seconds",
            defaultValue = "30",
            paramLabel = "N",
            description = "So long lasts each upload (default: ${DEFAULT-VALUE}).")
    private int uploadSeconds;

    @Option(names = "--seed", paramLabel = "N", description = "Repeats the order of an earlier run.")
    private @Nullable Long seed;

    @Spec
    private @Nullable CommandSpec spec;

    /**
     * One figure.
     *
     * @param target what it should be, for people
     */
    private record Row(String name, double value, String unit, String target, boolean ok) {}

    private record Report(long seed, List<Row> cases, List<String> problems) {}

    @Override
    public Integer call() {
        CommandSpec command = Objects.requireNonNull(spec);
        if (restarts < 0 || kills < 0 || upgrades < 0 || reloads < 0 || uploadSeconds < 1) {
            throw new ParameterException(
                    command.commandLine(), "counts must be 0 or more, and --upload-seconds at least 1");
        }
        PrintWriter err = command.commandLine().getErr();
        ProofCounts counts = new ProofCounts(restarts, kills, upgrades, reloads, Duration.ofSeconds(uploadSeconds));
        long order = seed == null ? System.nanoTime() : seed;
        tell(err, "seed " + order);
        ProofResult result;
        try {
            result = prove(counts, order, err);
        } catch (LabException e) {
            throw new BenchException(String.valueOf(e.getMessage()), e);
        }
        Report report = new Report(order, rows(result), result.problems());
        PrintWriter out = command.commandLine().getOut();
        out.print(json ? new GsonBuilder().create().toJson(report) + System.lineSeparator() : table(report));
        out.flush();
        return result.ok() ? 0 : 1;
    }

    private static ProofResult prove(ProofCounts counts, long seed, PrintWriter err) {
        String dist = System.getenv("THRESHER_DIST");
        if (dist == null) {
            throw new BenchException("THRESHER_DIST is not set: start this by the script 'thresher'");
        }
        CleanExit exit = CleanExit.removing(LAB);
        try (exit;
                Lab lab = Lab.up(LabSpec.passing(LAB, 1, 1, 1), Launcher.path(), step -> tell(err, step))) {
            return RestartProof.run(lab, Path.of(dist), counts, seed, step -> tell(err, step));
        }
    }

    private static void tell(PrintWriter err, String line) {
        err.println("bench: " + line);
        err.flush();
    }

    private List<Row> rows(ProofResult result) {
        return List.of(
                new Row("restarts", restarts, "", "", true),
                new Row("kills", kills, "", "", true),
                new Row("upgrades", upgrades, "", "", true),
                new Row("reloads", reloads, "", "", true),
                new Row("requests", result.requests(), "answered", "", result.requests() > 0),
                new Row("uploads", result.uploads(), "arrived whole", "", result.uploads() > 0),
                new Row("uploaded", result.uploadedBytes() / 1e6, "MB", "", true),
                new Row("underway", result.leastUnderway(), "uploads at each step", "≥ 1", result.leastUnderway() > 0),
                none("failed", result.failed(), "requests and uploads"),
                none("resets", result.resets(), "connections"),
                none("counters_back", result.backwards(), "counters"),
                new Row("retransmitted", result.retransmitted(), "segments", "", true),
                new Row("slowest_request", result.slowestMillis(), "ms", "", true),
                new Row("slowest_start", result.slowestStartMillis(), "ms", "", true));
    }

    private static Row none(String name, long value, String unit) {
        return new Row(name, value, unit, "0", value == 0);
    }

    private static String table(Report report) {
        StringBuilder table = new StringBuilder();
        for (Row row : report.cases) {
            String verdict = row.target.isEmpty() ? "" : row.ok ? "met" : "MISSED";
            table.append(String.format(
                                    Locale.ROOT,
                                    "%-20s %12.0f %-22s %-10s %s",
                                    row.name,
                                    row.value,
                                    row.unit,
                                    row.target,
                                    verdict)
                            .stripTrailing())
                    .append(System.lineSeparator());
        }
        report.problems.forEach(problem -> table.append(problem).append(System.lineSeparator()));
        return table.toString();
    }
}
