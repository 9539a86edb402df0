// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

/** The verb {@code completion}. */
@Command(
        name = "completion",
        description =
                "Print a script that lets the shell complete verbs, options, and what a running daemon has names for.",
        footer = {
            "%nFor this shell:          source <(thresher completion bash)",
            "For every bash:          thresher completion bash > /etc/bash_completion.d/thresher",
            "For every zsh, in .zshrc: source <(thresher completion zsh)"
        })
final class CompletionCommand extends Verb {
    private enum Shell {
        BASH,
        ZSH
    }

    /** The script of picocli works in zsh through this. */
    private static final String BASH_IN_ZSH = "autoload -Uz compinit bashcompinit && compinit && bashcompinit";

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private Shell shell = Shell.BASH;

    @Override
    public Integer call() {
        CommandLine root = commandLine().getParent();
        if (shell == Shell.ZSH) {
            out().println(BASH_IN_ZSH);
        }
        out().println(AutoComplete.bash(root.getCommandName().toLowerCase(Locale.ROOT), root));
        out().print(NameCompletion.script(root));
        out().flush();
        return ExitCode.OK;
    }
}
