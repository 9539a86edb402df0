// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.thresher.tools.realserver.Change;
import dev.thresher.tools.realserver.Finding;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The verb {@code real-server check}. */
@Command(
        name = "check",
        description = {
            "Say what this host lacks to be a real server.",
            "Looks only. Each thing that is missing comes with the command that mends it; 'setup' runs them all."
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:nothing is missing", "1:something is, or it cannot be found out", "2:wrong usage"})
final class RealServerCheck extends Verb {
    @Mixin
    private RealServerOptions options = new RealServerOptions();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() {
        List<Finding> findings = RealServerOptions.examine(options.wanted());
        boolean ready = findings.stream().allMatch(Finding::ok);
        if (json) {
            out().println(JsonView.print(json(findings, ready)));
        } else {
            findings.forEach(this::print);
        }
        out().flush();
        return ready ? ExitCode.OK : ExitCode.SOFTWARE;
    }

    private void print(Finding finding) {
        out().println((finding.ok() ? "ok       " : "missing  ") + finding.text());
        finding.mend().forEach(change -> out().println("         mend: " + change.text()));
    }

    private static JsonObject json(List<Finding> findings, boolean ready) {
        JsonArray requirements = new JsonArray();
        for (Finding finding : findings) {
            JsonObject object = new JsonObject();
            object.addProperty("name", finding.name());
            object.addProperty("ok", finding.ok());
            object.addProperty("text", finding.text());
            JsonArray mend = new JsonArray();
            finding.mend().stream().map(Change::text).forEach(mend::add);
            object.add("mend", mend);
            JsonObject drops = new JsonObject();
            finding.drops().forEach((reason, packets) -> drops.addProperty(reason.label(), packets));
            object.add("drops", drops);
            requirements.add(object);
        }
        JsonObject all = new JsonObject();
        all.addProperty("ready", ready);
        all.add("requirements", requirements);
        return all;
    }
}
