// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.thresher.tools.terminal.Terminals;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import org.jline.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;

/** What the command line did with some arguments. */
public record CliRun(int exitCode, String out, String err) {
    /** Without a terminal. */
    public static CliRun of(String... arguments) {
        return of(Ansi.OFF, arguments);
    }

    /** With colours or without. */
    public static CliRun of(Ansi ansi, String... arguments) {
        return of(ansi, Optional::empty, new StringWriter(), arguments);
    }

    /** For somebody who sits at a terminal. */
    public static CliRun at(Terminal terminal, String... arguments) {
        return of(Ansi.ON, () -> Optional.of(terminal), new StringWriter(), arguments);
    }

    /** For somebody who reads no more than so many lines. */
    static CliRun head(int lines, String... arguments) {
        return of(Ansi.OFF, Optional::empty, new Head(lines), arguments);
    }

    private static CliRun of(Ansi ansi, Terminals terminals, Writer out, String... arguments) {
        StringWriter err = new StringWriter();
        CommandLine line = ThresherCommand.commandLine(terminals)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setColorScheme(Help.defaultColorScheme(ansi));
        int exitCode = line.execute(arguments);
        return new CliRun(exitCode, out.toString(), err.toString());
    }

    /** Its results. */
    public List<String> outLines() {
        return out.lines().toList();
    }

    /** Its messages. */
    public List<String> errLines() {
        return err.lines().toList();
    }

    /** Its results, which are one object. */
    public JsonObject json() {
        return JsonParser.parseString(out).getAsJsonObject();
    }
}
