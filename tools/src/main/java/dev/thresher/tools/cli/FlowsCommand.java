// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.ListFlowsRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** The verb {@code flows}. */
@Command(
        name = "flows",
        description = "List the flows in the connection table, or count them.",
        footer = {
            "%nThe table holds hashes of flows, not the clients' addresses. With --client, each flow that these clients "
                    + "may have is looked up, 1,048,576 at most: for an IPv4 address there are 65,536 with each VIP."
        })
final class FlowsCommand extends DaemonVerb {
    @Option(names = "--vip", paramLabel = "VIP", description = "Only those of this VIP, such as 203.0.113.10:80/tcp.")
    private String vip = "";

    @Option(names = "--real", paramLabel = "ADDRESS", description = "Only those of this real server.")
    private String real = "";

    @Option(
            names = "--client",
            paramLabel = "CLIENT",
            description = "Only those of this client: ADDRESS:PORT, ADDRESS, or a prefix such as 198.51.100.0/28.")
    private String client = "";

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "At most so many; 0 for all (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Option(names = "--count", description = "Count instead: all flows, and those of each real server.")
    private boolean count;

    @Override
    public Integer call() {
        if (limit < 0) {
            throw CommandFailure.invalid("--limit: " + limit + " is less than 0, which asks for all");
        }
        if (count && !(vip + real + client).isEmpty()) {
            throw CommandFailure.invalid(
                    "--count counts every flow: leave out --vip, --real and --client, or leave out --count");
        }
        try (DaemonClient daemon = connect()) {
            if (count) {
                new FlowCounts(daemon.flowTable())
                        .show(
                                isForScripts(),
                                out(),
                                commandLine().getColorScheme().ansi());
            } else {
                list(daemon);
            }
        }
        out().flush();
        return ExitCode.OK;
    }

    private void list(DaemonClient daemon) {
        ListFlowsRequest request = ListFlowsRequest.newBuilder()
                .setVip(vip)
                .setReal(real)
                .setClient(client)
                .setLimit(limit)
                .build();
        FlowPrinter printer = isForScripts() ? new FlowPrinter.Json(out()) : new FlowPrinter.Rows(out());
        boolean truncated = daemon.flows(request, flows -> {
            printer.print(flows);
            // Who reads no further (head) needs no more.
            return !out().checkError();
        });
        printer.end(truncated);
        if (truncated && !isForScripts()) {
            commandLine().getErr().println("There are more: --limit 0 lists them all, --count counts them.");
        }
    }
}
