// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import dev.thresher.api.v1.GetHealthRequest;
import dev.thresher.api.v1.GetHealthResponse;
import dev.thresher.api.v1.WatchHealthRequest;
import dev.thresher.config.VipKey;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code health}. */
@Command(
        name = "health",
        description = "Show what the health checks say of each real server, and why.",
        footer = {
            "%nWith --watch, changes are printed as they happen, until this is interrupted; with --json each is an "
                    + "object on a line of its own."
        })
final class HealthCommand extends DaemonVerb {
    @Parameters(
            arity = "0..1",
            paramLabel = "VIP",
            description = "Only those of this VIP, such as 203.0.113.10:80/tcp.")
    private String vip = "";

    @Option(names = "--history", description = "Show the latest 32 changes of each.")
    private boolean history;

    @Option(names = "--watch", description = "Print changes as they happen.")
    private boolean watch;

    @Override
    public Integer call() {
        if (watch && history) {
            throw CommandFailure.invalid("--watch shows what happens from now on, --history what has been: give one");
        }
        String wanted = vip.isEmpty() ? "" : canonical(vip);
        try (DaemonClient daemon = connect()) {
            if (watch) {
                watch(daemon, WatchHealthRequest.newBuilder().setVip(wanted).build());
            } else {
                GetHealthRequest request = GetHealthRequest.newBuilder()
                        .setVip(wanted)
                        .setHistory(history)
                        .build();
                show(daemon.health(request));
            }
        }
        out().flush();
        return ExitCode.OK;
    }

    private void show(GetHealthResponse health) {
        if (isForScripts()) {
            out().println(JsonView.print(JsonView.object(health)));
        } else {
            new HealthTable(health, history).print(out(), ansi());
        }
    }

    private void watch(DaemonClient daemon, WatchHealthRequest request) {
        PrintWriter out = out();
        HealthEvents events = isForScripts() ? HealthEvents.json(out) : HealthEvents.lines(out, ansi());
        daemon.watchHealth(request, message -> {
            if (message.getMissed() > 0) {
                commandLine().getErr().println(message.getMissed() + " changes were missed: they came too fast");
            }
            message.getEventsList().forEach(events::print);
            // Who reads no further (head) needs no more.
            return !out.checkError();
        });
        commandLine().getErr().println("The daemon has ended.");
    }

    /** Before the call: a typing error is no reason to disturb the daemon. */
    private static String canonical(String text) {
        try {
            return VipKey.parse(text).toString();
        } catch (IllegalArgumentException e) {
            throw CommandFailure.invalid(String.valueOf(e.getMessage()));
        }
    }
}
