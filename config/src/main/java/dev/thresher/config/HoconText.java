// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Writes values as HOCON for people: keys in order, short things on one line, quotes only where needed. What has no value is
 * left out. Texts of equal values are equal.
 */
public final class HoconText {
    private static final int LINE = 110;
    private static final String INDENT = "  ";

    /** Words, and numbers with or without a unit, that need no quotes. */
    private static final Pattern BARE =
            Pattern.compile("[A-Za-z][A-Za-z0-9_-]*|-?(0|[1-9][0-9]{0,17})|(0|[1-9][0-9]{0,17})(\\.[0-9]+|[A-Za-z]+)");

    private HoconText() {}

    /** A value on one line. */
    public static String line(ConfigValue value) {
        if (value instanceof ConfigObject object) {
            return object.isEmpty()
                    ? "{}"
                    : fields(object).entrySet().stream()
                            .map(field -> key(field.getKey()) + assigned(line(field.getValue()), field.getValue()))
                            .collect(Collectors.joining(", ", "{ ", " }"));
        }
        if (value instanceof ConfigList list) {
            return list.isEmpty()
                    ? "[]"
                    : list.stream().map(HoconText::line).collect(Collectors.joining(", ", "[ ", " ]"));
        }
        return scalar(ValueType.textOf(value), value.valueType() == ConfigValueType.NULL);
    }

    /** A value on one line if it is short, else on several. */
    public static String block(ConfigValue value) {
        return block(value, "");
    }

    /** A whole document: the fields of the object, without braces around them. */
    public static String document(ConfigObject object) {
        return lines(object, "");
    }

    private static String block(ConfigValue value, String indent) {
        String line = line(value);
        if (indent.length() + line.length() <= LINE) {
            return line;
        }
        if (value instanceof ConfigObject object) {
            return "{\n" + lines(object, indent + INDENT) + indent + "}";
        }
        if (value instanceof List<?> list) {
            return list.stream()
                    .map(element -> indent + INDENT + block((ConfigValue) element, indent + INDENT) + "\n")
                    .collect(Collectors.joining("", "[\n", indent + "]"));
        }
        return line;
    }

    private static String lines(ConfigObject object, String indent) {
        StringBuilder text = new StringBuilder();
        fields(object)
                .forEach((name, value) -> text.append(indent)
                        .append(key(name))
                        .append(assigned(block(value, indent), value))
                        .append('\n'));
        return text.toString();
    }

    private static Map<String, ConfigValue> fields(ConfigObject object) {
        Map<String, ConfigValue> fields = new TreeMap<>(object);
        fields.values().removeIf(value -> value.valueType() == ConfigValueType.NULL);
        return fields;
    }

    private static String key(String name) {
        return name.equals("include") ? ConfigUtil.quoteString(name) : ConfigUtil.joinPath(name);
    }

    private static String assigned(String text, ConfigValue value) {
        return (value instanceof ConfigObject ? " " : " = ") + text;
    }

    private static String scalar(String text, boolean isNull) {
        boolean bare = BARE.matcher(text).matches() && (isNull || !text.equals("null"));
        return bare ? text : ConfigUtil.quoteString(text);
    }
}
