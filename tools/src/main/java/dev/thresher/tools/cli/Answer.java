// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.google.gson.JsonElement;
import java.io.PrintWriter;
import picocli.CommandLine.Help.Ansi;

/** What a daemon said. */
interface Answer {
    /** For people. */
    void print(PrintWriter out, Ansi ansi);

    /** The first of many, for people who read one after the other. */
    default void printFirst(PrintWriter out, Ansi ansi) {
        print(out, ansi);
    }

    /** What comes after another answer. */
    default void printNews(Answer before, PrintWriter out, Ansi ansi) {
        out.println();
        print(out, ansi);
    }

    /** For scripts. */
    JsonElement json();
}
