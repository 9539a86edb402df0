// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

import java.io.IOException;
import org.jline.terminal.KeyEvent;
import org.jline.terminal.KeyParser;
import org.jline.utils.NonBlockingReader;

/** Reads what is typed, in raw mode. */
final class Keys {
    /** Told of each key. */
    @FunctionalInterface
    interface Listener {
        void typed(char key);
    }

    static final char UP = '\u2191';
    static final char DOWN = '\u2193';
    static final char PAGE_UP = '\u21de';
    static final char PAGE_DOWN = '\u21df';

    /** There will be no more. */
    static final char END = '\u2404';

    private static final int ESCAPE = 27;

    /** What a key sends comes at once; what comes later was typed. */
    private static final long SEQUENCE_MILLIS = 50;

    private final NonBlockingReader reader;
    private final Listener listener;

    Keys(NonBlockingReader reader, Listener listener) {
        this.reader = reader;
        this.listener = listener;
    }

    /** Reads until the terminal is closed. */
    void read() {
        try {
            for (int key = reader.read(); key >= 0; key = reader.read()) {
                if (key != ESCAPE) {
                    listener.typed((char) key);
                } else {
                    named(KeyParser.parse(sequence()));
                }
            }
        } catch (IOException closed) {
            // Nobody is there to read from any more.
        }
        listener.typed(END);
    }

    private String sequence() throws IOException {
        StringBuilder sequence = new StringBuilder().append((char) ESCAPE);
        boolean more = true;
        while (more) {
            int next = reader.read(SEQUENCE_MILLIS);
            more = next >= 0;
            if (more) {
                sequence.append((char) next);
                // CSI and SS3 end in a letter or a tilde.
                more = sequence.length() == 2 || !(Character.isLetter(next) || next == '~');
            }
        }
        return sequence.toString();
    }

    private void named(KeyEvent key) {
        switch (key.getType()) {
            case Arrow ->
                listener.typed(
                        switch (key.getArrow()) {
                            case Up -> UP;
                            case Down -> DOWN;
                            case Left -> '<';
                            case Right -> '>';
                        });
            case Special -> special(key.getSpecial());
            default -> {}
        }
    }

    private void special(KeyEvent.Special key) {
        if (key == KeyEvent.Special.PageUp) {
            listener.typed(PAGE_UP);
        } else if (key == KeyEvent.Special.PageDown) {
            listener.typed(PAGE_DOWN);
        }
    }
}
