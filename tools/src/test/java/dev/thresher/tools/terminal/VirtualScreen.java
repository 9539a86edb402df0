// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.Terminal.Signal;
import org.jline.utils.ScreenTerminal;
import org.jline.utils.ScreenTerminal.VirtualTerminal;

/** A terminal without a window: it understands what is written to it, and can be typed at. */
public final class VirtualScreen {
    private final VirtualTerminal virtual;

    /** An xterm of that size. */
    public VirtualScreen(int columns, int rows) {
        try {
            virtual = ScreenTerminal.withTerminal("test", "xterm", columns, rows);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The end that the program has. */
    public Terminal terminal() {
        return virtual.terminal();
    }

    /** Presses keys. */
    public void type(String keys) {
        try {
            virtual.terminal().processInputBytes(keys.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the window larger or smaller. */
    public void resize(int columns, int rows) {
        Size size = Size.of(columns, rows);
        virtual.screen().setSize(size);
        virtual.terminal().setSize(size);
        virtual.terminal().raise(Signal.WINCH);
    }

    /** Waits until a text is to be seen. */
    public void await(String text) {
        while (!toString().contains(text)) {
            Thread.onSpinWait();
        }
    }

    /** Waits until a text is not to be seen any more. */
    public void awaitGone(String text) {
        while (toString().contains(text)) {
            Thread.onSpinWait();
        }
    }

    /** What is to be seen. */
    public List<String> lines() {
        int columns = virtual.screen().getColumns();
        int rows = virtual.screen().getRows();
        long[] cells = cells();
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < columns; column++) {
                int character = ScreenTerminal.cellCodePoint(cells[row * columns + column]);
                line.appendCodePoint(character == 0 ? ' ' : character);
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }

    /** Whether anything that is to be seen has a colour. */
    public boolean isColoured() {
        for (long cell : cells()) {
            if (ScreenTerminal.cellHasForeground(cell)) {
                return true;
            }
        }
        return false;
    }

    private long[] cells() {
        long[] cells = new long[virtual.screen().getColumns() * virtual.screen().getRows()];
        virtual.screen().dump(cells, new int[2]);
        return cells;
    }

    @Override
    public String toString() {
        return String.join("\n", lines());
    }
}
