// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whether two values of a key mean the same, however they are spelled: {@code 2s} and {@code 2000ms}, {@code 1} and
 * {@code "1"}, a default and no value.
 */
public final class SameMeaning {
    private static final Map<String, Key<?>> KEYS =
            Schema.KEYS.stream().collect(Collectors.toMap(Key::path, Function.identity()));

    private SameMeaning() {}

    /**
     * Compares.
     *
     * @param path of the key in the schema, such as {@code thresher.pools.<name>.reals[].weight}
     * @param a null if the key is absent
     */
    public static boolean of(String path, @Nullable ConfigValue a, @Nullable ConfigValue b) {
        @Nullable ConfigValue left = present(a);
        @Nullable ConfigValue right = present(b);
        if (Objects.equals(left, right)) {
            return true;
        }
        if (left instanceof ConfigObject x && right instanceof ConfigObject y) {
            Set<String> names = new HashSet<>(x.keySet());
            names.addAll(y.keySet());
            return names.stream().allMatch(name -> of(path + "." + name, x.get(name), y.get(name)));
        }
        if (left instanceof ConfigList x && right instanceof ConfigList y && x.size() == y.size()) {
            for (int i = 0; i < x.size(); i++) {
                if (!of(path + "[]", x.get(i), y.get(i))) {
                    return false;
                }
            }
            return true;
        }
        Key<?> key = KEYS.get(path);
        return key == null ? sameText(left, right) : sameValue(key, left, right);
    }

    private static @Nullable ConfigValue present(@Nullable ConfigValue value) {
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    private static boolean sameValue(Key<?> key, @Nullable ConfigValue a, @Nullable ConfigValue b) {
        Optional<Object> left = read(key, a);
        return sameText(a, b) || (left.isPresent() && left.equals(read(key, b)));
    }

    /** Nothing if it is absent and has no default, or bad. */
    private static Optional<Object> read(Key<?> key, @Nullable ConfigValue value) {
        try {
            return Optional.ofNullable(
                    value == null ? key.fallback() : key.type().read(value));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean sameText(@Nullable ConfigValue a, @Nullable ConfigValue b) {
        return a != null
                && b != null
                && isScalar(a)
                && isScalar(b)
                && ValueType.textOf(a).equals(ValueType.textOf(b));
    }

    private static boolean isScalar(ConfigValue value) {
        return !(value instanceof ConfigObject || value instanceof ConfigList);
    }
}
