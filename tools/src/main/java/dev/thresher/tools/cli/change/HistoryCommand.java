// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import com.google.gson.JsonObject;
import com.google.protobuf.Timestamp;
import dev.thresher.api.v1.GetRevisionResponse;
import dev.thresher.api.v1.Revision;
import dev.thresher.tools.cli.CommandFailure;
import dev.thresher.tools.cli.JsonView;
import dev.thresher.tools.cli.Printable;
import dev.thresher.tools.cli.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code history}. */
@Command(
        name = "history",
        description = {
            "List the revisions of the configuration: when, who, what.",
            "With a REVISION, print that one as a configuration file."
        })
public final class HistoryCommand extends ControlVerb {
    private static final int NAMES_SHOWN = 2;

    @Parameters(arity = "0..1", paramLabel = "REVISION", description = "The number of one.")
    private @Nullable Long number;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "20",
            description = "At most so many (default: ${DEFAULT-VALUE}).")
    private int limit;

    @Override
    void prepare() {
        if (limit < 1) {
            throw CommandFailure.invalid("--limit: " + limit + " is less than 1");
        }
        if (number != null && number < 1) {
            throw CommandFailure.invalid(number + " is no revision; they count from 1");
        }
    }

    @Override
    int call(ControlClient control) {
        if (number != null) {
            GetRevisionResponse revision = control.revision(number);
            return isForScripts() ? json(revision) : show(revision);
        }
        List<Revision> revisions = control.revisions(limit);
        if (isForScripts()) {
            JsonObject json = new JsonObject();
            json.add("revisions", JsonView.array(revisions));
            out().println(JsonView.print(json));
        } else {
            show(revisions);
        }
        return ExitCode.OK;
    }

    private void show(List<Revision> revisions) {
        Table<Revision> table = new Table<Revision>()
                .figures("revision", revision -> Long.toUnsignedString(revision.getNumber()))
                .text("when", revision -> time(revision.getAt()))
                .text("who", Revision::getWho)
                .text("how", Revision::getHow)
                .text("what", HistoryCommand::names);
        if (revisions.stream().anyMatch(revision -> !revision.getComment().isEmpty())) {
            table.text("comment", Revision::getComment);
        }
        table.print(revisions, out(), ansi());
    }

    /** As a file that can be applied. */
    private int show(GetRevisionResponse response) {
        Revision revision = response.getRevision();
        out().println("# Revision " + Long.toUnsignedString(revision.getNumber()) + ", " + time(revision.getAt()) + ", "
                + Printable.line(revision.getWho() + ": " + revision.getHow()));
        if (!revision.getComment().isEmpty()) {
            out().println("# " + Printable.line(revision.getComment()));
        }
        out().println(Printable.lines(response.getHocon().stripTrailing()));
        return ExitCode.OK;
    }

    private static String names(Revision revision) {
        List<String> names = revision.getElementsList();
        int more = names.size() - NAMES_SHOWN;
        return String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                + (more > 0 ? " and " + more + " more" : "");
    }

    private static String time(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds())
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
