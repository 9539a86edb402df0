// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonElement;
import java.io.PrintWriter;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A verb that asks a daemon something and shows the answer to people or to scripts. */
abstract class StateVerb extends Verb {
    @Mixin
    private Connection connection = new Connection();

    @Option(names = "--json", description = "Print JSON, with the names of the API's .proto file.")
    private boolean json;

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
        try (DaemonClient daemon = connection.open()) {
            answer = ask(daemon);
        }
        if (json) {
            out().println(JsonView.print(answer.json()));
        } else {
            answer.print(out(), commandLine().getColorScheme().ansi());
        }
        out().flush();
        return ExitCode.OK;
    }
}
