// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.CleanExit;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.Launcher;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The verb {@code demo}. */
@Command(
        name = "demo",
        description = "Show load balancing, direct server return and failover on real traffic, in network namespaces.",
        mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print the checks as JSON, and nothing else, to standard output.")
    boolean json;

    @Spec
    CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter progress = json ? err : out;
        long start = System.nanoTime();
        CleanExit exit = CleanExit.removing(Demo.LAB.lab());
        try (exit) {
            DemoResult result = new Demo(line -> tell(progress, start, line)).run(Launcher.path());
            if (json) {
                out.println(result.json());
                out.flush();
            } else {
                result.print(out);
            }
            return result.ok() ? 0 : 1;
        } catch (LabException | IOException e) {
            err.println("thresher: the demo could not go on: " + e.getMessage());
            err.flush();
            return 1;
        }
    }

    private static void tell(PrintWriter progress, long startNanos, String line) {
        progress.printf(Locale.ROOT, "%5.1f s  %s%n", (System.nanoTime() - startNanos) / 1e9, line);
        progress.flush();
    }
}
