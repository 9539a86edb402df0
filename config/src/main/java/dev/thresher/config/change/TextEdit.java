// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

/** Small edits of a HOCON text that leave the rest of it as it is. */
final class TextEdit {
    private TextEdit() {}

    static String replace(String text, HoconLayout.Value value, String by) {
        return text.substring(0, value.start()) + by + text.substring(value.end());
    }

    /** Without a field or an element, and what separates it. A line that held nothing else goes, with a comment at its end. */
    static String remove(String text, int start, int end) {
        int from = start;
        int to = skipBlank(text, end);
        boolean comma = to < text.length() && text.charAt(to) == ',';
        to = comma ? skipBlank(text, to + 1) : to;
        int lineStart = text.lastIndexOf('\n', start - 1) + 1;
        boolean first = text.substring(lineStart, start).isBlank();
        if (first && isLineEnd(text, to)) {
            int newline = text.indexOf('\n', to);
            return text.substring(0, lineStart) + (newline < 0 ? "" : text.substring(newline + 1));
        }
        if (!comma) {
            // The last one of a line: the comma before it goes.
            int before = start;
            while (before > 0 && isBlank(text.charAt(before - 1))) {
                before--;
            }
            if (before > 0 && text.charAt(before - 1) == ',') {
                from = before - 1;
                to = end;
            }
        }
        return text.substring(0, from) + text.substring(to);
    }

    /**
     * With one more field or element in a section or list, as the last one.
     *
     * @param lastStart where the last one so far begins, and ends; -1 if there is none
     */
    static String insert(String text, HoconLayout.Value container, int lastStart, int lastEnd, String what) {
        boolean whole = container.start() == 0 && container.end() == text.length();
        if (lastStart < 0) {
            return whole && !text.strip().startsWith("{")
                    ? withNewline(text) + what + "\n"
                    : text.substring(0, container.start() + 1) + " " + what + " "
                            + text.substring(closing(text, container));
        }
        int lineStart = text.lastIndexOf('\n', lastStart - 1) + 1;
        String indent = text.substring(lineStart, lastStart);
        int newline = text.indexOf('\n', lastEnd);
        int lineEnd = newline < 0 ? text.length() : newline;
        boolean ownLine = indent.isBlank() && (whole || lineEnd < container.end());
        return ownLine
                ? text.substring(0, lineEnd) + "\n" + indent + what.replace("\n", "\n" + indent)
                        + text.substring(lineEnd)
                : text.substring(0, lastEnd) + ", " + what + text.substring(lastEnd);
    }

    /** Blanks before the closing brace go, lines with comments stay. */
    private static int closing(String text, HoconLayout.Value container) {
        int closing = container.end() - 1;
        return text.substring(container.start() + 1, closing).isBlank() ? closing : container.start() + 1;
    }

    private static String withNewline(String text) {
        return text.isEmpty() || text.endsWith("\n") ? text : text + "\n";
    }

    private static boolean isLineEnd(String text, int at) {
        return at >= text.length() || "\n\r#".indexOf(text.charAt(at)) >= 0 || text.startsWith("//", at);
    }

    private static int skipBlank(String text, int from) {
        int at = from;
        while (at < text.length() && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
