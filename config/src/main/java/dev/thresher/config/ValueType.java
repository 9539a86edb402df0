// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * What a key can hold.
 *
 * @param name for the reference: {@code integer}
 * @param range for the reference: {@code 1 to 65535}
 * @param reader makes the value; throws {@link IllegalArgumentException} with a sentence that names the bad value
 */
record ValueType<T>(String name, String range, Function<ConfigValue, T> reader) {
    static final ValueType<ConfigObject> SECTION = new ValueType<>("section { … }", "", value -> {
        if (value instanceof ConfigObject object) {
            return object;
        }
        throw new IllegalArgumentException(quote(value) + " is not a section { … }");
    });
    static final ValueType<ConfigList> LIST = new ValueType<>("list [ … ]", "", value -> {
        if (value instanceof ConfigList list) {
            return list;
        }
        throw new IllegalArgumentException(quote(value) + " is not a list [ … ]");
    });

    /**
     * A section that one word can stand for.
     *
     * @param words for the reference
     */
    static ValueType<ConfigObject> wordOrSection(String words) {
        return new ValueType<>("word or section { … }", words, SECTION.reader);
    }

    /** A type whose values are written as one string or number; the two are not told apart. */
    static <T> ValueType<T> scalar(String name, String range, Function<String, T> parser) {
        return new ValueType<>(name, range, value -> {
            if (value instanceof ConfigObject || value instanceof ConfigList) {
                throw new IllegalArgumentException(
                        quote(value) + " stands where one value belongs: " + scalar(name, range, parser));
            }
            return parser.apply(textOf(value));
        });
    }

    /** {@code integer (1 to 65535)}. */
    @Override
    public String toString() {
        return range.isEmpty() ? name : name + " (" + range + ")";
    }

    T read(ConfigValue value) {
        return reader.apply(value);
    }

    T parse(String text) {
        return read(ConfigValueFactory.fromAnyRef(text));
    }

    /** A string, a number or null as the file has it. */
    static String textOf(ConfigValue value) {
        // Numbers only: unwrapped, 1.50 would read 1.5.
        if (value.valueType() == ConfigValueType.NULL) {
            return "null";
        }
        return value.unwrapped() instanceof String text
                ? text
                : value.atKey("text").getString("text");
    }

    /** A value for a message: strings in quotes, long things by their kind. */
    static String quote(ConfigValue value) {
        return switch (value.valueType()) {
            case OBJECT -> "a section { … }";
            case LIST -> "a list [ … ]";
            case STRING -> "\"" + textOf(value) + "\"";
            case NUMBER, BOOLEAN, NULL -> textOf(value);
        };
    }

    /** Words that stand for constants of an enum: what each is called, in lower case. */
    static <E extends Enum<E>> ValueType<E> oneOf(Class<E> type) {
        List<String> words = Stream.of(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .toList();
        return scalar("word", String.join(", ", words), text -> {
            int index = words.indexOf(text);
            if (index < 0) {
                throw new IllegalArgumentException(
                        "\"" + text + "\" is not one of " + String.join(", ", words) + Spelling.hint(text, words));
            }
            return type.getEnumConstants()[index];
        });
    }
}
