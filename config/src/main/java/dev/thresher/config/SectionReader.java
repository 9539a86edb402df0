// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads the keys of one section. What is wrong goes to the log, and reading goes on. */
final class SectionReader {
    private static final ConfigObject EMPTY = ConfigFactory.empty().root();

    private final ConfigObject object;
    private final String section;
    private final String path;
    private final Location location;
    private final ErrorLog errors;

    /**
     * @param section its path in the schema
     * @param path its path in the file
     * @param parent where it is if nothing in it tells
     */
    private SectionReader(ConfigObject object, String section, String path, Location parent, ErrorLog errors) {
        this.object = object;
        this.section = section;
        this.path = path;
        this.location = Location.of(object.origin()).orElse(parent);
        this.errors = errors;
    }

    /** A whole file. */
    static SectionReader document(ConfigObject object, Location file, ErrorLog errors) {
        SectionReader reader = new SectionReader(object, Schema.DOCUMENT, "", file, errors);
        reader.rejectUnknown();
        return reader;
    }

    Location location() {
        return location;
    }

    String path() {
        return path;
    }

    /** Whether the file gives this key; {@code null} is no value. */
    boolean has(Key<?> key) {
        return find(key) != null;
    }

    private @Nullable ConfigValue find(Key<?> key) {
        ConfigValue value = object.get(key.name());
        return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
    }

    Location location(Key<?> key) {
        return location(key.name());
    }

    private Location location(String name) {
        ConfigValue value = object.get(name);
        return value == null ? location : Location.of(value.origin()).orElse(location);
    }

    String path(Key<?> key) {
        return path(key.name());
    }

    private String path(String name) {
        String quoted = ConfigUtil.joinPath(name);
        return path.isEmpty() ? quoted : path + "." + quoted;
    }

    /** The value of a key that has a default, which also stands for a bad value. */
    <T> T get(Key<T> key) {
        T fallback = key.fallback();
        if (fallback == null) {
            throw new IllegalStateException(key.path() + " has no default");
        }
        T value = read(key);
        return value == null ? fallback : value;
    }

    /** The value of a key; nothing if it is absent and has no default, or bad, or required and missing. */
    <T> Optional<T> seek(Key<T> key) {
        if (key.isRequired() && !has(key)) {
            complain(key, "`" + key.name() + "` is missing: " + key.type());
        }
        return Optional.ofNullable(read(key));
    }

    private <T> @Nullable T read(Key<T> key) {
        ConfigValue value = find(key);
        if (value == null) {
            return key.fallback();
        }
        if (Substitutions.isUndefined(value)) {
            return null;
        }
        try {
            return key.type().read(value);
        } catch (IllegalArgumentException e) {
            complain(key, String.valueOf(e.getMessage()));
            return null;
        }
    }

    /** Logs what is wrong with a key's value. */
    void complain(Key<?> key, String message) {
        ConfigValue value = find(key);
        errors.add(location(key), value == null ? path : path(key), value == null ? null : text(value), message);
    }

    private static String text(ConfigValue value) {
        return value instanceof ConfigObject || value instanceof ConfigList
                ? ValueType.quote(value)
                : ValueType.textOf(value);
    }

    /** What the file says for a key, or else its default, for a message. */
    String quote(Key<?> key) {
        ConfigValue value = find(key);
        return value == null ? key.absent() : ValueType.quote(value);
    }

    /** Logs every key that this section does not know. */
    private void rejectUnknown() {
        List<String> known = Schema.names(section);
        // Sorted, since the library forgets the order of the file.
        new TreeMap<>(object).forEach((name, value) -> {
            if (!known.contains(name)) {
                errors.add(location(name), path(name), name, "unknown key" + hint(name, known));
            }
        });
    }

    private static String hint(String name, List<String> known) {
        Optional<String> near = Spelling.nearest(name, known);
        List<String> elsewhere = Schema.sectionsWith(name);
        if (!elsewhere.isEmpty()
                && near.map(word -> Spelling.distance(name, word) > 1).orElse(true)) {
            return "; it belongs in " + String.join(" or ", elsewhere);
        }
        return near.map(Spelling::ask).orElse("; known here: " + String.join(", ", known));
    }

    /** A section inside this one: an empty one if it is absent, nothing if it is bad. */
    Optional<SectionReader> section(Key<ConfigObject> key, String schema) {
        ConfigValue value = find(key);
        return open(value == null ? EMPTY : value, schema, path(key), location(key));
    }

    /**
     * A section inside this one, or a value that stands for one; nothing if it is bad.
     *
     * @param shorthand a value stands for a section with just this key
     */
    Optional<SectionReader> section(Key<ConfigObject> key, String schema, Key<?> shorthand) {
        ConfigValue value = find(key);
        return value == null ? section(key, schema) : open(written(value, shorthand), schema, path(key), location(key));
    }

    /** The names in a section whose keys are names; nothing if the file does not let us know. */
    Optional<Set<String>> names(Key<ConfigObject> key) {
        return has(key)
                ? seek(key).map(SectionReader::named).map(NavigableMap::navigableKeySet)
                : Optional.of(Set.of());
    }

    /** The sections in a section whose keys are names, by name. */
    NavigableMap<String, SectionReader> named(Key<ConfigObject> key, String schema) {
        NavigableMap<String, SectionReader> readers = new TreeMap<>();
        named(seek(key).orElse(EMPTY)).forEach((name, value) -> {
            String at = path(key) + "." + ConfigUtil.joinPath(name);
            open(value, schema, at, location(key)).ifPresent(reader -> readers.put(name, reader));
        });
        return readers;
    }

    private static NavigableMap<String, ConfigValue> named(ConfigObject section) {
        NavigableMap<String, ConfigValue> values = new TreeMap<>(section);
        values.values().removeIf(value -> value.valueType() == ConfigValueType.NULL);
        return values;
    }

    /** What a section whose keys are names says for each; what is bad is left out. */
    <T> Map<String, T> values(Key<ConfigObject> key, ValueType<T> type) {
        Map<String, T> values = new LinkedHashMap<>();
        named(seek(key).orElse(EMPTY)).forEach((name, value) -> {
            String at = path(key) + "." + ConfigUtil.joinPath(name);
            value(value, type, at, location(key)).ifPresent(good -> values.put(name, good));
        });
        return values;
    }

    /** The elements of a list; what is bad is left out. */
    <T> List<T> elements(Key<ConfigList> key, ValueType<T> type) {
        List<T> values = new ArrayList<>();
        int index = 0;
        for (ConfigValue value : seek(key).<List<ConfigValue>>map(list -> list).orElse(List.of())) {
            value(value, type, path(key) + "[" + index + "]", location(key)).ifPresent(values::add);
            index++;
        }
        return values;
    }

    private <T> Optional<T> value(ConfigValue value, ValueType<T> type, String at, Location parent) {
        if (Substitutions.isUndefined(value)) {
            return Optional.empty();
        }
        try {
            return Optional.of(type.read(value));
        } catch (IllegalArgumentException e) {
            Location location = Location.of(value.origin()).orElse(parent);
            errors.add(location, at, text(value), String.valueOf(e.getMessage()));
            return Optional.empty();
        }
    }

    /**
     * The sections in a list.
     *
     * @param shorthand an element that is one value stands for a section with just this key; null if none may
     */
    List<SectionReader> listed(Key<ConfigList> key, String schema, @Nullable Key<?> shorthand) {
        List<SectionReader> readers = new ArrayList<>();
        int index = 0;
        for (ConfigValue value : seek(key).<List<ConfigValue>>map(list -> list).orElse(List.of())) {
            Location location = Location.of(value.origin()).orElse(location(key));
            open(written(value, shorthand), schema, path(key) + "[" + index + "]", location)
                    .ifPresent(readers::add);
            index++;
        }
        return readers;
    }

    /** What a value stands for if it is one value in the place of a section with just the key of the shorthand. */
    private static ConfigValue written(ConfigValue value, @Nullable Key<?> shorthand) {
        boolean simple = !(value instanceof ConfigObject || value instanceof ConfigList);
        return simple && shorthand != null ? value.atKey(shorthand.name()).root() : value;
    }

    private Optional<SectionReader> open(ConfigValue value, String schema, String at, Location parent) {
        if (value instanceof ConfigObject inner) {
            SectionReader reader = new SectionReader(inner, schema, at, parent, errors);
            reader.rejectUnknown();
            return Optional.of(reader);
        }
        if (!Substitutions.isUndefined(value)) {
            Location location = Location.of(value.origin()).orElse(parent);
            errors.add(location, at, text(value), ValueType.quote(value) + " is not a section { … }");
        }
        return Optional.empty();
    }
}
