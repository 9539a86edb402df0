// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigUtil;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where things stand in a HOCON text, comments and all. The library's own {@code ConfigDocument} cannot reach into lists. The text
 * has to be valid: the library has read it before.
 */
final class HoconLayout {
    private static final Pattern INCLUDE = Pattern.compile(
            "include\\s+(?:required\\s*\\(\\s*)?(?:file\\s*\\(\\s*)?\"((?:[^\"\\\\]|\\\\.)*)\"[ \\t)]*");
    private static final String TRIPLE = "\"\"\"";

    private final String text;
    private int at;

    /** What a value is written as. */
    enum Kind {
        /** <code>{ … }</code>, or a whole file. */
        SECTION,
        /** {@code [ … ]}. */
        LIST,
        /** One word, a substitution, or several things in a row. */
        OTHER
    }

    /**
     * A value.
     *
     * @param items of a section
     * @param parts the elements of a list; the sections and lists in a row of several things
     */
    record Value(Kind kind, int start, int end, List<Item> items, List<Value> parts) {
        /** What is written in lists here. */
        List<Value> elements() {
            return kind == Kind.LIST
                    ? parts
                    : parts.stream()
                            .filter(part -> part.kind == Kind.LIST)
                            .flatMap(part -> part.parts.stream())
                            .toList();
        }
    }

    /** What stands in a section. */
    sealed interface Item {
        int start();

        int end();
    }

    /**
     * A key with its value.
     *
     * @param sign what is between them: <code>=</code>, <code>:</code>, <code>+=</code>, which makes the value one element, or
     *     nothing before a section
     */
    record Field(List<String> key, String sign, Value value, int start, int end) implements Item {
        boolean appends() {
            return sign.equals("+=");
        }
    }

    /** An include of a file. */
    record Include(String what, int start, int end) implements Item {}

    private HoconLayout(String text) {
        this.text = text;
    }

    /** The layout of a file. */
    static Value of(String text) {
        HoconLayout layout = new HoconLayout(text);
        layout.skipSpace(true);
        return layout.peek() == '{'
                ? layout.section()
                : new Value(Kind.SECTION, 0, text.length(), layout.items(), List.of());
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private boolean isAtEnd() {
        return at >= text.length();
    }

    private Value section() {
        int start = at++;
        List<Item> items = items();
        at++;
        return new Value(Kind.SECTION, start, at, items, List.of());
    }

    private List<Item> items() {
        List<Item> items = new ArrayList<>();
        for (skipSpace(true); !isAtEnd() && peek() != '}'; skipSpace(true)) {
            items.add(item());
        }
        return items;
    }

    private Item item() {
        int start = at;
        Matcher include = INCLUDE.matcher(text).region(at, text.length());
        if (include.lookingAt()) {
            at = include.end();
            return new Include(include.group(1), start, at);
        }
        while (!isAtEnd() && "=:{".indexOf(peek()) < 0 && !text.startsWith("+=", at)) {
            skipOne();
        }
        List<String> key = ConfigUtil.splitPath(text.substring(start, at).strip());
        String sign = text.startsWith("+=", at) ? "+=" : peek() == '{' ? "" : String.valueOf(peek());
        at += sign.length();
        skipSpace(false);
        Value value = value();
        return new Field(key, sign, value, start, value.end());
    }

    private Value value() {
        int start = at;
        int end = at;
        boolean plain = false;
        List<Value> parts = new ArrayList<>();
        while (!isAtEnd() && ",\n}]#".indexOf(peek()) < 0 && !text.startsWith("//", at)) {
            if (peek() == '{') {
                parts.add(section());
            } else if (peek() == '[') {
                parts.add(list());
            } else if (Character.isWhitespace(peek())) {
                at++;
                continue;
            } else {
                skipOne();
                plain = true;
            }
            end = at;
        }
        return parts.size() == 1 && !plain ? parts.get(0) : new Value(Kind.OTHER, start, end, List.of(), parts);
    }

    private Value list() {
        int start = at++;
        List<Value> elements = new ArrayList<>();
        for (skipSpace(true); !isAtEnd() && peek() != ']'; skipSpace(true)) {
            elements.add(value());
        }
        at++;
        return new Value(Kind.LIST, start, at, List.of(), elements);
    }

    /** A string, a substitution or one character. */
    private void skipOne() {
        if (text.startsWith(TRIPLE, at)) {
            at = after(TRIPLE, at + TRIPLE.length());
            while (peek() == '"') {
                at++;
            }
        } else if (peek() == '"') {
            for (at++; !isAtEnd() && peek() != '"'; at++) {
                at += peek() == '\\' ? 1 : 0;
            }
            at++;
        } else if (text.startsWith("${", at)) {
            at = after("}", at);
        } else {
            at++;
        }
    }

    private int after(String mark, int from) {
        int found = text.indexOf(mark, from);
        return found < 0 ? text.length() : found + mark.length();
    }

    private void skipSpace(boolean commas) {
        while (!isAtEnd()) {
            if (peek() == '#' || text.startsWith("//", at)) {
                at = after("\n", at);
            } else if (Character.isWhitespace(peek()) || peek() == '\ufeff' || (commas && peek() == ',')) {
                at++;
            } else {
                return;
            }
        }
    }
}
