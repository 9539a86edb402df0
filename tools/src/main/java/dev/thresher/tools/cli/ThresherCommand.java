// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.tools.cli.change.ApplyCommand;
import dev.thresher.tools.cli.change.HistoryCommand;
import dev.thresher.tools.cli.change.PlanCommand;
import dev.thresher.tools.cli.change.RealCommand;
import dev.thresher.tools.cli.change.RollbackCommand;
import dev.thresher.tools.cli.change.RuntimeCommand;
import dev.thresher.tools.cli.change.VipCommand;
import dev.thresher.tools.cli.top.TopCommand;
import dev.thresher.tools.demo.DemoCommand;
import dev.thresher.tools.lab.LabCommand;
import dev.thresher.tools.terminal.Terminals;
import java.util.List;
import java.util.concurrent.Callable;
import org.slf4j.bridge.SLF4JBridgeHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code thresher}.
 *
 * <p>It starts a JVM each time somebody looks at something, so a verb's class must not load what its help does not need:
 * keep gRPC, netty and the configuration out of fields with initializers and out of annotations.
 */
@Command(
        name = "thresher",
        description = "A layer-4 load balancer: XDP, Maglev, direct server return.",
        versionProvider = BuildVersion.class,
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "VERB",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:success",
            "1:the operation failed",
            "2:wrong usage or invalid input",
            "3:plan --exit-code: something would change"
        },
        footer = "%n'thresher VERB --help' explains a verb.")
public final class ThresherCommand implements Callable<Integer> {
    /** Every verb, as the help shows them. */
    static final List<VerbGroup> VERBS = List.of(
            new VerbGroup(
                    "Run a load balancer",
                    List.of(
                            LauncherVerb.Daemon.class,
                            CheckCommand.class,
                            DetachCommand.class,
                            RealServerCommand.class)),
            new VerbGroup(
                    "See what it does",
                    List.of(
                            StatusCommand.class,
                            TopCommand.class,
                            VipsCommand.class,
                            RealsCommand.class,
                            HealthCommand.class,
                            DropsCommand.class,
                            FlowsCommand.class,
                            ExplainCommand.class)),
            new VerbGroup(
                    "Change it while it runs",
                    List.of(
                            PlanCommand.class,
                            ApplyCommand.class,
                            VipCommand.class,
                            RealCommand.class,
                            RollbackCommand.class,
                            HistoryCommand.class,
                            RuntimeCommand.class)),
            new VerbGroup(
                    "Try it on this machine",
                    List.of(DemoCommand.class, LabCommand.class, LauncherVerb.Test.class, LauncherVerb.Bench.class)),
            new VerbGroup("Help", List.of(HelpCommand.class, CompletionCommand.class)));

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Log more, and show where an error comes from.")
    private boolean verbose;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final Terminals terminals;

    private ThresherCommand(Terminals terminals) {
        this.terminals = terminals;
    }

    /** Runs one verb and exits with its status. */
    public static void main(String[] args) {
        // gRPC's own log, java.util.logging, would print a stack trace beside the one clear message.
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, for a caller that wants to set where it writes. */
    public static CommandLine commandLine() {
        return commandLine(Terminals::system);
    }

    /** The same for somebody who sits at another terminal. */
    static CommandLine commandLine(Terminals terminals) {
        ThresherCommand command = new ThresherCommand(terminals);
        CommandLine line = new CommandLine(command);
        VerbGroup.addAll(VERBS, line);
        line.addSubcommand(NamesCommand.class);
        line.getSubcommands().values().stream()
                .filter(verb -> verb.getCommand() instanceof LabCommand)
                .forEach(LabCommand::stopAtHost);
        ErrorReport report = new ErrorReport(() -> command.verbose);
        return line.setExecutionStrategy(command.afterLogSetup(new RunLast()))
                .setExecutionExceptionHandler(report)
                .setParameterExceptionHandler(report)
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    Terminals terminals() {
        return terminals;
    }

    /** Somebody who types only the name wants to know what there is. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return CommandLine.ExitCode.USAGE;
    }

    private IExecutionStrategy afterLogSetup(IExecutionStrategy next) {
        return parsed -> {
            if (verbose) {
                // slf4j-simple reads it once, when the first logger is made.
                System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "debug");
            }
            return next.execute(parsed);
        };
    }
}
