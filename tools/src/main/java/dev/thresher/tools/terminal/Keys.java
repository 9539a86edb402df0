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

    private static final long POLL_MILLIS = 500;

    private final NonBlockingReader reader;
    private final Listener listener;
    private volatile boolean stopped;

    Keys(NonBlockingReader reader, Listener listener) {
        this.reader = reader;
        this.listener = listener;
    }

    /** Reads until it is stopped or the terminal is closed. */
    void read() {
        try {
            int key = NonBlockingReader.READ_EXPIRED;
            while (!stopped && key != NonBlockingReader.EOF) {
                // A read without an end would hold the lock that closing the terminal takes.
                key = reader.read(POLL_MILLIS);
                if (key == ESCAPE) {
                    named(KeyParser.parse(sequence()));
                } else if (key >= 0) {
                    listener.typed((char) key);
                }
            }
        } catch (IOException closed) {
            // Nobody is there to read from any more.
        }
        listener.typed(END);
    }

    /** The terminal is about to be closed. */
    void stop() {
        stopped = true;
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
