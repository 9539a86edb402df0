// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.CleanExit;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.LabVerb;
import dev.thresher.tools.lab.Launcher;
import java.io.IOException;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The verb {@code demo}. */
@Command(
        name = "demo",
        description = "Show load balancing, direct server return and failover on real traffic, in network namespaces.")
public final class DemoCommand extends LabVerb {
    @Option(names = "--json", description = "Print the checks as JSON, and nothing else, to standard output.")
    boolean json;

    @Override
    protected int act() {
        long start = System.nanoTime();
        CleanExit exit = CleanExit.removing(Demo.LAB.lab());
        try (exit) {
            DemoResult result = new Demo(line -> show(start, line)).run(Launcher.path());
            if (json) {
                out().println(result.json());
                out().flush();
            } else {
                result.print(out());
            }
            return result.ok() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (IOException e) {
            throw new LabException("the demo could not go on: " + e, e);
        }
    }

    private void show(long startNanos, String line) {
        String timed = String.format(Locale.ROOT, "%5.1f s  %s", (System.nanoTime() - startNanos) / 1e9, line);
        if (json) {
            tell(timed);
        } else {
            out().println(timed);
            out().flush();
        }
    }
}
