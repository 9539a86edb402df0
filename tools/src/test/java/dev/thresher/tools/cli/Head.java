// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;

/** Somebody who reads so many lines and then goes, as head does. */
final class Head extends Writer {
    private final StringWriter text = new StringWriter();
    private final int lines;

    Head(int lines) {
        this.lines = lines;
    }

    @Override
    public void write(char[] characters, int offset, int length) {
        text.write(characters, offset, length);
    }

    @Override
    public void flush() throws IOException {
        if (text.toString().lines().count() >= lines) {
            throw new IOException("broken pipe");
        }
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return text.toString();
    }
}
