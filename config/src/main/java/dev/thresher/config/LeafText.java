// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds the references {@code ${…}} in a value whose substitutions are not made. The library keeps them to itself but writes
 * them out, and that text is read here. Definitions of one key that build on each other ({@code a = 1, a = ${a} 2}) come as
 * {@code "a":1,"a":${a}" "2}: each is a layer.
 */
final class LeafText {
    private static final String KEY = "value";

    /**
     * A reference.
     *
     * @param path as it is written
     * @param key where the value stands that it is a part of, from the leaf on
     */
    record Reference(String path, boolean optional, List<String> key) {
        List<String> elements() {
            return ConfigUtil.splitPath(path);
        }
    }

    /**
     * A definition.
     *
     * @param characters without the references
     */
    record Layer(long characters, List<Reference> references) {}

    /** A section or list that has begun. */
    private static final class Frame {
        final boolean section;
        boolean atKey;
        String key = "";

        Frame(boolean section) {
            this.section = section;
            this.atKey = section;
        }
    }

    private final String text;
    private final List<Layer> layers = new ArrayList<>();
    private final Deque<Frame> frames = new ArrayDeque<>();
    private List<Reference> references = new ArrayList<>();
    private long characters;
    private int at;

    private LeafText(String text) {
        this.text = text;
    }

    /** The definitions of a value, the earliest first. */
    static List<Layer> layers(ConfigValue leaf) {
        return new LeafText(leaf.atKey(KEY).root().render(ConfigRenderOptions.concise())).read();
    }

    private List<Layer> read() {
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '"') {
                string();
            } else if (c == '$' && text.startsWith("${", at)) {
                reference();
            } else {
                at++;
                characters++;
                structure(c);
            }
        }
        endLayer();
        return layers;
    }

    private void structure(char c) {
        switch (c) {
            case '{', '[' -> frames.push(new Frame(c == '{'));
            case '}', ']' -> frames.pop();
            case ',' -> frames.element().atKey = frames.element().section;
            default -> {
                // A colon, or a part of a number or a word.
            }
        }
    }

    private void string() {
        int start = at;
        at = endOfString(at);
        characters += at - start;
        Frame frame = frames.element();
        if (frame.atKey) {
            String key = text.substring(start, at);
            if (key.equals(frame.key)) {
                endLayer();
            }
            frame.key = key;
            frame.atKey = false;
        }
    }

    private int endOfString(int start) {
        int end = start + 1;
        while (text.charAt(end) != '"') {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return end + 1;
    }

    private void reference() {
        boolean optional = text.startsWith("${?", at);
        int start = at + (optional ? 3 : 2);
        int end = start;
        while (text.charAt(end) != '}') {
            end = text.charAt(end) == '"' ? endOfString(end) : end + 1;
        }
        references.add(new Reference(text.substring(start, end), optional, key()));
        at = end + 1;
    }

    /** From the leaf to here; a place in a list has none, and no reference means it. */
    private List<String> key() {
        List<String> key = new ArrayList<>();
        frames.descendingIterator().forEachRemaining(frame -> key.add(frame.key));
        return key.subList(1, key.size()).stream()
                .map(each -> each.isEmpty() ? "" : ConfigUtil.splitPath(each).get(0))
                .toList();
    }

    private void endLayer() {
        layers.add(new Layer(characters, references));
        references = new ArrayList<>();
        characters = 0;
    }
}
