// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli.change;

import dev.thresher.api.v1.CommitRuntimeResponse;
import dev.thresher.api.v1.DiscardRuntimeResponse;
import dev.thresher.api.v1.GetRuntimeResponse;
import dev.thresher.api.v1.RuntimeChange;
import dev.thresher.tools.cli.CommandFailure;
import dev.thresher.tools.cli.VerbGroupCommand;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The verb {@code runtime}. */
@Command(
        name = "runtime",
        header = "See, keep or forget what was changed by calls.",
        description =
                "Changes by 'thresher real', 'vip', 'apply' and 'rollback', and by other callers, are kept in a file of "
                        + "the daemon's own and count last, after the configuration files.",
        subcommands = {RuntimeCommand.Show.class, RuntimeCommand.Commit.class, RuntimeCommand.Discard.class})
public final class RuntimeCommand extends VerbGroupCommand {
    private static final String NONE = "Nothing was changed by calls: the files alone are in force.";

    /** {@code thresher runtime show}. */
    @Command(name = "show", description = "Show the changes, and where the files disagree with them.")
    static final class Show extends ControlVerb {
        @Override
        int call(ControlClient control) {
            GetRuntimeResponse runtime = control.runtime();
            if (isForScripts()) {
                return json(runtime);
            }
            if (runtime.getChangesCount() == 0) {
                out().println(NONE);
                return ExitCode.OK;
            }
            print(runtime.getChangesList(), out(), ansi());
            out().println();
            out().println("They are kept in " + runtime.getPath()
                    + ". 'thresher runtime commit' writes them into the files, "
                    + "'thresher runtime discard' forgets them.");
            return ExitCode.OK;
        }
    }

    private static void print(List<RuntimeChange> changes, PrintWriter out, Ansi ansi) {
        DifferenceText text = new DifferenceText(out, ansi);
        for (RuntimeChange change : changes) {
            text.print(change.getElement());
            if (!change.getInForce()) {
                text.warn("    not in force: what it changes is gone from the files");
            }
            if (!change.getDisagreement().isEmpty()) {
                text.warn("    " + change.getDisagreement());
            }
        }
    }

    /** {@code thresher runtime commit}. */
    @Command(
            name = "commit",
            description = "Write the changes into the configuration files. What is in force stays as it is.")
    static final class Commit extends ControlVerb {
        @Mixin
        private Expectation expectation = new Expectation();

        @Override
        int call(ControlClient control) {
            CommitRuntimeResponse committed = control.commit(expectation.revision());
            if (isForScripts()) {
                return json(committed);
            }
            if (committed.getFilesCount() == 0) {
                out().println(NONE);
            }
            committed.getFilesList().forEach(file -> out().println("Written: " + file));
            return ExitCode.OK;
        }
    }

    /** {@code thresher runtime discard}. */
    @Command(
            name = "discard",
            description = "Forget changes: what the files say is in force again.",
            footer = "%nExample: thresher runtime discard \"real 10.0.0.2 in pool web\"")
    static final class Discard extends ControlVerb {
        @Parameters(
                arity = "0..*",
                paramLabel = "NAME",
                description = "As 'thresher runtime show' names them (default: all).")
        private List<String> names = List.of();

        @Mixin
        private Expectation expectation = new Expectation();

        @Option(
                names = {"-y", "--yes"},
                description = "Do not ask whether all of them are meant.")
        private boolean yes;

        @Override
        int call(ControlClient control) {
            if (!names.isEmpty() || yes) {
                return discard(control, expectation.revision());
            }
            if (isForScripts()) {
                throw CommandFailure.invalid(
                        "--json asks no questions: name what to discard, or add --yes for all of it");
            }
            // What comes in between must not be discarded unseen.
            long shown = control.revision(0).getRevision().getNumber();
            List<RuntimeChange> changes = control.runtime().getChangesList();
            if (changes.isEmpty()) {
                out().println(NONE);
                return ExitCode.OK;
            }
            print(changes, out(), ansi());
            out().flush();
            if (!Question.isAnsweredYes(terminal(), "Discard all of it?")) {
                out().println("Nothing has changed.");
                return ExitCode.SOFTWARE;
            }
            return discard(control, expectation.revision() == 0 ? shown : expectation.revision());
        }

        private int discard(ControlClient control, long expected) {
            DiscardRuntimeResponse discarded = control.discard(names, expected);
            if (isForScripts()) {
                return json(discarded);
            }
            show(discarded.getDifference());
            out().println("Revision " + Long.toUnsignedString(discarded.getRevision()) + " is in force.");
            return ExitCode.OK;
        }
    }
}
