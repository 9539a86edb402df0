// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import picocli.CommandLine.ExitCode;

/** A verb that shows the one answer of a daemon. */
abstract class AnswerVerb extends DaemonVerb {
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
            answer.print(out(), ansi());
        }
        out().flush();
        return ExitCode.OK;
    }
}
