// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The part of the completion script that completes names from the running daemon, after what picocli completes. It works in
 * bash and, by its bashcompinit, in zsh; so it keeps to what both know.
 */
final class NameCompletion {
    private static final String SCRIPT = """

        # VIPs, pools and real servers are those of the running daemon, which is asked at most every 15 seconds.
        _thresher_asked=""
        _thresher_again=0
        _thresher_names=""

        _thresher_ask() { # PROGRAM
          local word previous="" socket="" instance=""
          for word in "${COMP_WORDS[@]}"; do
            case $previous in
              --socket) socket=$word ;;
              --instance) instance=$word ;;
            esac
            previous=$word
          done
          if [[ $SECONDS -ge $_thresher_again || $_thresher_asked != "$socket $instance" ]]; then
            _thresher_names=$(timeout 3 "$1" names ${socket:+"--socket=$socket"} ${instance:+"--instance=$instance"} \\
              </dev/null 2>/dev/null)
            _thresher_asked="$socket $instance"
            _thresher_again=$((SECONDS + 15))
          fi
        }

        _complete_thresher_names() {
          COMPREPLY=()
          _complete_thresher "$@"
          [[ ${#COMPREPLY[@]} -eq 0 || -z ${COMPREPLY[*]} ]] || return 0
          # COMP_WORDS has VIPs in pieces, for bash takes their colons for the ends of words.
          local line=${COMP_LINE:0:$COMP_POINT} kinds="" found="" kind name cut
          local current=${line##* } before=${line% *}
          local program=${before%% *} verb=${before#* } previous=${before##* }
          case $previous in
        @OPTIONS@
            *)
              case "$verb " in
        @VERBS@
              esac
              ;;
          esac
          [[ -n $kinds ]] || return 0
          _thresher_ask "$program"
          while read -r kind name; do
            case " $kinds " in
              *" $kind "*) found="$found$name
        " ;;
            esac
          done <<<"$_thresher_names"
          # Of what is completed, the shell keeps what stands before the last colon.
          cut=""
          [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && cut=${current%"${current##*:}"}
          local IFS=$'\\n'
          COMPREPLY=($(compgen -W "$found" -- "$current"))
          COMPREPLY=("${COMPREPLY[@]#"$cut"}")
        }

        complete -F _complete_thresher_names -o default thresher thresher.sh thresher.bash
        """;

    private NameCompletion() {}

    /** To be printed after picocli's script for the same command line. */
    static String script(CommandLine root) {
        List<String> options = new ArrayList<>();
        List<String> verbs = new ArrayList<>();
        Set<String> others = new TreeSet<>();
        for (CommandSpec spec : leaves(root)) {
            for (OptionSpec option : spec.options()) {
                String kinds = kinds(List.of(option));
                if (!kinds.isEmpty()) {
                    String line = "    " + String.join(" | ", option.names()) + ") kinds=\"" + kinds + "\" ;;";
                    if (!options.contains(line)) {
                        options.add(line);
                    }
                } else if (option.arity().min() > 0) {
                    others.addAll(List.of(option.names()));
                }
            }
            String kinds = kinds(spec.positionalParameters());
            if (!kinds.isEmpty()) {
                verbs.add("        \"" + path(spec) + " \"*) kinds=\"" + kinds + "\" ;;");
            }
        }
        if (!others.isEmpty()) {
            options.add("    " + String.join(" | ", others) + ") ;;");
        }
        return SCRIPT.replace("@OPTIONS@", String.join("\n", options)).replace("@VERBS@", String.join("\n", verbs));
    }

    /** Verbs that ask a daemon, and have no verbs below them. */
    private static List<CommandSpec> leaves(CommandLine line) {
        if (line.getSubcommands().isEmpty()) {
            boolean asks = line.getCommandSpec().findOption("--socket") != null;
            return asks ? List.of(line.getCommandSpec()) : List.of();
        }
        return line.getSubcommands().values().stream()
                .flatMap(verb -> leaves(verb).stream())
                .distinct()
                .toList();
    }

    private static String kinds(Collection<? extends ArgSpec> arguments) {
        return String.join(
                " ",
                Stream.of(NameKind.values())
                        .filter(kind -> arguments.stream().anyMatch(kind::isWantedBy))
                        .map(NameKind::label)
                        .toList());
    }

    /** Without the program's name. */
    private static String path(CommandSpec spec) {
        return spec.qualifiedName(" ").substring(spec.root().name().length()).strip();
    }
}
