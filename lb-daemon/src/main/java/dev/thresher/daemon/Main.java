// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.bpf.BpfException;
import dev.thresher.config.ConfigWarnings;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.OnExit;
import dev.thresher.daemon.datapath.DatapathException;
import dev.thresher.daemon.revision.Intent;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code thresher daemon}: runs until SIGTERM or SIGINT. Exit status 0, 1 when it cannot start, 2 for invalid input. */
@Command(
        name = "thresher daemon",
        mixinStandardHelpOptions = true,
        description = "Balances the VIPs of a configuration file until it is told to stop (SIGTERM, SIGINT). The data "
                + "plane goes on without the daemon, unless on-exit = detach; 'thresher detach' ends it.")
public final class Main implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    @Option(
            names = {"-c", "--config"},
            defaultValue = "/etc/thresher/thresher.conf",
            paramLabel = "FILE",
            description = "the configuration (default: ${DEFAULT-VALUE})")
    private Path configFile = Path.of("");

    @Spec
    private CommandSpec spec = CommandSpec.create();

    public static void main(String[] args) {
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        int status = new CommandLine(new Main()).execute(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter err = spec.commandLine().getErr();
        Intent intent;
        try {
            intent = Intent.load(configFile);
        } catch (InvalidConfigException e) {
            err.println(e.getMessage());
            return CommandLine.ExitCode.USAGE;
        }
        ConfigWarnings.of(intent.config()).forEach(LOG::warn);
        try {
            String version = Main.class.getPackage().getImplementationVersion();
            run(BalancerDaemon.start(intent, configFile, version == null ? "development" : version));
            return CommandLine.ExitCode.OK;
        } catch (IOException | DatapathException | BpfException e) {
            err.println("thresher daemon: " + e.getMessage());
            LOG.debug("Cannot start", e);
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private static void run(BalancerDaemon daemon) throws InterruptedException {
        Thread hook = new Thread(
                () -> {
                    LOG.info(
                            daemon.onExit() == OnExit.DETACH
                                    ? "Stopping, and the data plane with it, for on-exit = detach"
                                    : "Stopping; packets go on being balanced as they are now. To end that: thresher"
                                            + " detach");
                    daemon.stop();
                    // To stop when told to is success, but a JVM that a signal ends says 143.
                    Runtime.getRuntime().halt(CommandLine.ExitCode.OK);
                },
                "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        LOG.info("Ready: {}", daemon);
        SpareHeap.giveBack();
        new CountDownLatch(1).await();
    }
}
