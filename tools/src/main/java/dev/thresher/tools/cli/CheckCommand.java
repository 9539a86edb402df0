// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.config.Config;
import dev.thresher.config.ConfigError;
import dev.thresher.config.ConfigLoader;
import dev.thresher.config.ConfigWarnings;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.Real;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** The verb {@code check}. */
@Command(
        name = "check",
        description = {
            "Check a configuration file.",
            "Reads it as the daemon would and touches nothing. All errors are told at once, each as FILE:LINE: KEY: REASON.",
            "What is valid but hardly meant is a warning, and changes no exit status."
        })
final class CheckCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "The configuration, in HOCON.")
    private Path file = Path.of("");

    @Override
    public Integer call() {
        Config config;
        try {
            config = ConfigLoader.load(file);
        } catch (InvalidConfigException e) {
            printErrors(e.errors());
            return ExitCode.USAGE;
        }
        PrintWriter err = commandLine().getErr();
        ConfigWarnings.of(config).forEach(warning -> err.println(file + ": warning: " + warning));
        err.flush();
        out().println(file + " is valid: " + summary(config));
        out().flush();
        return ExitCode.OK;
    }

    private void printErrors(List<ConfigError> errors) {
        PrintWriter err = commandLine().getErr();
        errors.forEach(err::println);
        err.println("thresher: " + file + " is not valid: " + count(errors.size(), "error") + ".");
        err.flush();
    }

    private static String summary(Config config) {
        long reals = config.pools().stream()
                .flatMap(pool -> pool.reals().stream())
                .map(Real::address)
                .distinct()
                .count();
        return "instance " + config.instance() + " on " + config.iface().name() + ", "
                + count(config.vips().size(), "VIP") + ", "
                + count(config.pools().size(), "pool") + ", "
                + count(reals, "real") + ".";
    }

    private static String count(long number, String thing) {
        return number + " " + thing + (number == 1 ? "" : "s");
    }
}
