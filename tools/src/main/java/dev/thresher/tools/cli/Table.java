// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import com.github.freva.asciitable.OverflowBehaviour;
import com.github.freva.asciitable.Styler;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Style;

/**
 * Rows for people: aligned, without borders, so that grep, awk and a narrow terminal cope. A row is a line, whatever its cells say.
 */
public final class Table<T> {
    private static final int MAX_CELL_WIDTH = 200;

    private final List<ColumnData<T>> columns = new ArrayList<>();
    private final List<Function<T, Style>> styles = new ArrayList<>();

    /** A column of text. */
    public Table<T> text(String header, Function<T, String> cell) {
        return column(header, HorizontalAlign.LEFT, cell, row -> Style.reset);
    }

    /** A column of text in colours. */
    public Table<T> styled(String header, Function<T, String> cell, Function<T, Style> style) {
        return column(header, HorizontalAlign.LEFT, cell, style);
    }

    /** A column of figures. */
    public Table<T> figures(String header, Function<T, String> cell) {
        return column(header, HorizontalAlign.RIGHT, cell, row -> Style.reset);
    }

    /** Prints a line for the headers and one for each row. */
    public void print(List<T> rows, PrintWriter out, Ansi ansi) {
        AsciiTable.builder()
                .border(AsciiTable.NO_BORDERS)
                .styler(styler(rows, ansi))
                .data(rows, columns)
                .asString()
                .lines()
                .map(line -> line.substring(1).stripTrailing())
                .forEach(out::println);
    }

    private Table<T> column(String header, HorizontalAlign align, Function<T, String> cell, Function<T, Style> style) {
        columns.add(new Column()
                .header(header.toUpperCase(Locale.ROOT))
                .headerAlign(align)
                .dataAlign(align)
                .maxWidth(MAX_CELL_WIDTH, OverflowBehaviour.ELLIPSIS_RIGHT)
                .with(row -> Printable.line(cell.apply(row))));
        styles.add(style);
        return this;
    }

    private Styler styler(List<T> rows, Ansi ansi) {
        return new Styler() {
            @Override
            public List<String> styleCell(Column column, int row, int columnIndex, List<String> lines) {
                Style style = styles.get(columnIndex).apply(rows.get(row));
                return style == Style.reset || !ansi.enabled()
                        ? lines
                        : lines.stream()
                                .map(line -> style.on() + line + style.off())
                                .toList();
            }
        };
    }
}
