// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonElement;
import java.io.PrintWriter;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;

/** A verb that shows the one answer of a daemon. */
abstract class StateVerb extends DaemonVerb {
    /** What a daemon said. */
    interface Answer {
        /** For people. */
        void print(PrintWriter out, Ansi ansi);

        /** For scripts. */
        JsonElement json();
    }

    /** Asks, and returns what is to be shown. */
    abstract Answer ask(DaemonClient daemon);

    @Override
    public Integer call() {
        Answer answer;
        try (DaemonClient daemon = connect()) {
            answer = ask(daemon);
        }
        if (isForScripts()) {
            out().println(JsonView.print(answer.json()));
        } else {
            answer.print(out(), commandLine().getColorScheme().ansi());
        }
        out().flush();
        return ExitCode.OK;
    }
}
