// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

/** What others wrote, made fit for a terminal: it moves no cursor, and looks like no line or colour of ours. */
public final class Printable {
    private Printable() {}

    /** A text as a part of one line. */
    public static String line(String text) {
        return escaped(text, false);
    }

    /** A text that may have several lines. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean severalLines) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isPrintable(c) || (severalLines && (c == '\n' || c == '\t'))) {
                escaped.appendCodePoint(c);
            } else {
                escaped.append("\\u{%x}".formatted(c));
            }
        });
        return escaped.toString();
    }

    /** As the audit log takes it. */
    private static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
