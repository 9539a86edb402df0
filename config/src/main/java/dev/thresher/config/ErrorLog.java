// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Collects what is wrong, so that one run reports everything; of very much, the first {@link Limits#PROBLEMS}. */
final class ErrorLog {
    private final Set<ConfigError> errors = new LinkedHashSet<>();
    private int more;

    void add(Location location, String path, @Nullable String value, String message) {
        ConfigError error = new ConfigError(
                location.file(),
                location.line(),
                shortened(path),
                value == null ? null : shortened(value),
                shortened(message));
        if (errors.size() < Limits.PROBLEMS) {
            errors.add(error);
        } else if (!errors.contains(error)) {
            more++;
        }
    }

    /** A message may name a value, and a value may be as long as a file. */
    private static String shortened(String text) {
        int half = Limits.PROBLEM_TEXT / 2;
        return text.length() <= Limits.PROBLEM_TEXT
                ? text
                : text.substring(0, half) + " … " + text.substring(text.length() - half);
    }

    /**
     * Logs what the library found.
     *
     * @param otherwise the place to name if the library names none
     */
    void addInvalidHocon(ConfigException e, Location otherwise) {
        Location location = otherwise;
        String message = String.valueOf(e.getMessage());
        if (e.origin() != null) {
            location = Location.of(e.origin()).orElse(otherwise);
            String prefix = e.origin().description() + ": ";
            message = message.startsWith(prefix) ? message.substring(prefix.length()) : message;
        }
        add(location, "", null, "not valid HOCON: " + message.strip());
    }

    /** Answers whether it is. */
    boolean addIfTooLong(CharSequence text, Location whole) {
        boolean tooLong = text.length() > Limits.TEXT;
        if (tooLong) {
            add(whole, "", null, "the text has %,d characters; %,d are the most".formatted(text.length(), Limits.TEXT));
        }
        return tooLong;
    }

    int count() {
        return errors.size() + more;
    }

    /** @param files the order in which a reader opens them */
    void throwIfAny(List<String> files) throws InvalidConfigException {
        if (!errors.isEmpty()) {
            List<ConfigError> sorted = new ArrayList<>(errors);
            sorted.sort(Comparator.comparingInt((ConfigError error) -> files.indexOf(error.file()))
                    .thenComparingInt(ConfigError::line));
            if (more > 0) {
                String told = "and %,d problems more, which are not listed".formatted(more);
                sorted.add(new ConfigError(sorted.get(0).file(), 0, "", null, told));
            }
            throw new InvalidConfigException(
                    sorted, files.stream().map(Path::of).toList());
        }
    }
}
