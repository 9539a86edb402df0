// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfException;
import dev.thresher.daemon.datapath.DatapathException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code thresher bench}. */
@Command(
        name = "thresher bench",
        description = "Measures the packet path, the table builder, the health checker, failover and the daemon on this"
                + " machine.",
        mixinStandardHelpOptions = true,
        subcommands = {
            PacketBench.class,
            VethBench.class,
            MemoryBench.class,
            MaglevBench.class,
            HealthBench.class,
            FailoverBench.class,
            RestartsBench.class,
            ControlBench.class
        })
public final class BenchCommand {
    private BenchCommand() {}

    public static void main(String[] arguments) {
        CommandLine commandLine = new CommandLine(new BenchCommand());
        commandLine.setExecutionExceptionHandler((failure, command, result) -> {
            if (failure instanceof BpfException
                    || failure instanceof DatapathException
                    || failure instanceof BenchException) {
                command.getErr().println("bench: " + failure.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
            }
            throw failure;
        });
        System.exit(commandLine.execute(arguments));
    }
}
