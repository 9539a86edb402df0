// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code lab}. */
@Command(
        name = "lab",
        description = "A client, a load balancer and real servers in network namespaces, to play with.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {LabCommand.Up.class, LabCommand.Exec.class, LabCommand.Status.class, LabCommand.Down.class})
public final class LabCommand {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    /** To be called for the command line of this verb: options behind a host's name are the command's. */
    public static void stopAtHost(CommandLine lab) {
        lab.getSubcommands().values().forEach(verb -> verb.setStopAtPositional(true));
    }

    private abstract static class Action extends LabVerb {
        @Option(
                names = "--lab",
                paramLabel = "NAME",
                defaultValue = "lab",
                description = "Name of the lab (default: ${DEFAULT-VALUE}); several can be up side by side.")
        void setLab(String name) {
            try {
                lab = new LabFiles(name).lab();
            } catch (LabException e) {
                throw invalid(e);
            }
        }

        String lab = "lab";
    }

    @Command(name = "up", description = "Bring the lab up.")
    static final class Up extends Action {
        @Option(
                names = "--reals",
                paramLabel = "N",
                defaultValue = "3",
                description = "Number of real servers, 1 to " + Topology.MAX_REALS + " (default: ${DEFAULT-VALUE}).")
        int reals;

        @Override
        protected int act() {
            LabSpec wanted = wanted();
            CleanExit exit = CleanExit.removing(lab);
            try (exit) {
                Lab.up(wanted, Launcher.path(), step -> tell("lab: " + step)).leaveUp();
            }
            new LabGuide(lab, Launcher.typed()).print(out());
            return 0;
        }

        private LabSpec wanted() {
            try {
                return LabSpec.lasting(lab, reals);
            } catch (LabException e) {
                throw invalid(e);
            }
        }
    }

    @Command(name = "exec", description = "Run a command on a host of the lab; its exit status is the command's.")
    static final class Exec extends Action {
        @Parameters(index = "0", paramLabel = "HOST", description = "client, router, lb1, real1, …")
        String host = "";

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "COMMAND",
                description = "The command and its arguments.")
        List<String> command = List.of();

        // The script 'thresher' itself runs a command on a host that is there, so that no JVM stands between the
        // command and the terminal's signals. What gets here is mostly to be explained.
        @Override
        protected int act() {
            Namespace namespace = new Namespace(Topology.prefix(lab) + host);
            if (!namespace.exists()) {
                throw new LabException(whyNot());
            }
            ProcessBuilder builder = new ProcessBuilder(namespace.command(command)).inheritIO();
            String path = Launcher.path().getParent() + ":" + System.getenv("PATH");
            builder.environment().put("PATH", path);
            builder.environment()
                    .put("THRESHER_SOCKET", new LabFiles(lab).socket().toString());
            try {
                return builder.start().waitFor();
            } catch (IOException e) {
                throw new LabException("cannot run " + command.get(0) + ": " + e.getMessage(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new LabException("interrupted", e);
            }
        }

        private String whyNot() {
            String hosts = LabStatus.of(lab).hosts().stream()
                    .map(LabStatus.HostStatus::name)
                    .collect(Collectors.joining(", "));
            return hosts.isEmpty()
                    ? "no lab '" + lab + "' is up; bring it up with: thresher lab up"
                    : "no host '" + host + "' in the lab; it has " + hosts;
        }
    }

    @Command(name = "status", description = "Show what is up.")
    static final class Status extends Action {
        @Option(names = "--json", description = "Print JSON.")
        boolean json;

        @Override
        protected int act() {
            LabStatus status = LabStatus.of(lab);
            if (json) {
                out().println(new GsonBuilder().setPrettyPrinting().create().toJson(status));
            } else if (status.hosts().isEmpty()) {
                out().println("No lab '" + lab + "' is up. Bring it up with: thresher lab up");
            } else {
                LabTable.print(status, out());
            }
            out().flush();
            return 0;
        }
    }

    @Command(name = "down", description = "Remove the lab, or what is left of one.")
    static final class Down extends Action {
        @Override
        protected int act() {
            tell(Lab.down(lab) ? "lab: removed" : "lab: there was none");
            return 0;
        }
    }
}
