// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

final class PrintableTest {
    @Test
    void line_showsWhatWouldMoveTheCursorOrHide() {
        assertEquals("a\\u{1b}[2Jb\\u{a}c\\u{9b}d\\u{202e}é 日", Printable.line("a\u001b[2Jb\nc\u009bd\u202eé 日"));
    }

    @Test
    void lines_keepsLinesAndTabs() {
        assertEquals("a\n\tb\\u{d}", Printable.lines("a\n\tb\r"));
    }

    @Test
    void table_hasALineForARow_andColoursOfItsOwn() {
        StringWriter out = new StringWriter();
        new Table<String>()
                .text("n", text -> "1")
                .styled("comment", text -> text, text -> Style.fg_red)
                .print(List.of("x\n13  root", "\u001b[31m"), new PrintWriter(out, true), Ansi.ON);
        assertEquals(
                List.of(
                        "N  COMMENT",
                        "1" + Style.fg_red.on() + " x\\u{a}13  root" + Style.fg_red.off(),
                        "1" + Style.fg_red.on() + " \\u{1b}[31m" + Style.fg_red.off()),
                out.toString()
                        .lines()
                        .map(line -> line.replaceAll(" +(?=\u001b|$)", ""))
                        .toList());
    }
}
