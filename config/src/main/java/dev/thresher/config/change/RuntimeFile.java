// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.thresher.config.ConfigError;
import dev.thresher.config.HoconSource;
import dev.thresher.config.HoconText;
import dev.thresher.config.InvalidConfigException;
import dev.thresher.config.Location;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The file that keeps changes that were made by calls: HOCON that people can read. */
public final class RuntimeFile {
    private static final String CHANGES = "changes";
    private static final String BEFORE = "before";
    private static final String AFTER = "after";

    private static final String HEAD = """
            # What was changed by calls while the daemon ran. It counts beside the configuration files, and after them.
            # The daemon writes this file. To have the changes in the configuration files: thresher runtime commit.
            # To forget them: thresher runtime discard. Each says what there was before and what there is now;
            # without `before` it was added, without `after` it was removed.
            """;

    private RuntimeFile() {}

    /** The text of the file. */
    public static String text(Changes changes) {
        StringBuilder text = new StringBuilder(HEAD).append(CHANGES).append(" {\n");
        for (TreeChange change : changes.trees()) {
            text.append("  ")
                    .append(ConfigUtil.quoteString(change.element().name()))
                    .append(" {\n");
            append(text, BEFORE, change.before());
            append(text, AFTER, change.after());
            text.append("  }\n");
        }
        return text.append("}\n").toString();
    }

    private static void append(StringBuilder text, String key, @Nullable ConfigValue value) {
        if (value != null) {
            text.append("    ")
                    .append(key)
                    .append(" = ")
                    .append(HoconText.line(value))
                    .append('\n');
        }
    }

    /**
     * Reads the file; none if it is missing.
     *
     * @throws InvalidConfigException with what is wrong with it
     */
    public static Changes read(Path file) throws InvalidConfigException {
        String text;
        try {
            text = Files.readString(file);
        } catch (NoSuchFileException e) {
            return Changes.NONE;
        } catch (IOException e) {
            throw new InvalidConfigException(
                    List.of(new ConfigError(
                            file.toString(), 0, "", null, "the file cannot be read: " + e.getMessage())),
                    List.of(file));
        }
        return new Reading(file).read(HoconSource.parse(text, file.toString()));
    }

    /** One reading, and what is wrong. */
    private static final class Reading {
        private static final ConfigObject EMPTY = ConfigFactory.empty().root();

        private final Path file;
        private final List<ConfigError> errors = new ArrayList<>();
        private final Set<Element> seen = new HashSet<>();

        Reading(Path file) {
            this.file = file;
        }

        Changes read(ConfigObject root) throws InvalidConfigException {
            List<TreeChange> changes = new ArrayList<>();
            knowOnly(root, "", Set.of(CHANGES));
            ConfigObject sections = section(root.getOrDefault(CHANGES, EMPTY), CHANGES);
            for (Map.Entry<String, ConfigValue> field : inOrder(sections)) {
                read(field.getKey(), field.getValue(), changes);
            }
            if (!errors.isEmpty()) {
                throw new InvalidConfigException(errors, List.of(file));
            }
            return new Changes(changes);
        }

        private void read(String name, ConfigValue value, List<TreeChange> changes) {
            String path = CHANGES + "." + ConfigUtil.quoteString(name);
            ConfigObject section = section(value, path);
            knowOnly(section, path + ".", Set.of(BEFORE, AFTER));
            ConfigValue before = present(section.get(BEFORE));
            ConfigValue after = present(section.get(AFTER));
            if (before == null && after == null) {
                complain(value, path, "neither `" + BEFORE + "` nor `" + AFTER + "` is there, so this is no change");
            }
            try {
                Element element = Element.parse(name);
                if (!(element instanceof Element.Setting)) {
                    section(before == null ? EMPTY : before, path + "." + BEFORE);
                    section(after == null ? EMPTY : after, path + "." + AFTER);
                }
                if (!seen.add(element)) {
                    complain(value, path, "this is here twice");
                }
                changes.add(new TreeChange(element, before, after));
            } catch (IllegalArgumentException e) {
                complain(value, path, String.valueOf(e.getMessage()));
            }
        }

        private static @Nullable ConfigValue present(@Nullable ConfigValue value) {
            return value == null || value.valueType() == ConfigValueType.NULL ? null : value;
        }

        /** The library forgets the order of the file, but not the lines. */
        private static List<Map.Entry<String, ConfigValue>> inOrder(ConfigObject section) {
            return section.entrySet().stream()
                    .sorted(Comparator.comparingInt((Map.Entry<String, ConfigValue> field) ->
                                    field.getValue().origin().lineNumber())
                            .thenComparing(Map.Entry::getKey))
                    .toList();
        }

        private ConfigObject section(ConfigValue value, String path) {
            if (value instanceof ConfigObject section) {
                return section;
            }
            complain(value, path, "this is not a section { … }");
            return EMPTY;
        }

        private void knowOnly(ConfigObject section, String prefix, Set<String> keys) {
            section.forEach((key, value) -> {
                if (!keys.contains(key)) {
                    complain(value, prefix + key, "unknown key; known here: " + String.join(", ", new TreeSet<>(keys)));
                }
            });
        }

        private void complain(ConfigValue value, String path, String message) {
            Location location = Location.of(value.origin()).orElse(new Location(file.toString(), 0));
            errors.add(new ConfigError(location.file(), location.line(), path, null, message));
        }
    }
}
