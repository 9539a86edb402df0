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

/** Collects what is wrong, so that one run reports everything. */
final class ErrorLog {
    private final Set<ConfigError> errors = new LinkedHashSet<>();

    void add(Location location, String path, @Nullable String value, String message) {
        errors.add(new ConfigError(location.file(), location.line(), path, value, message));
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

    int count() {
        return errors.size();
    }

    /** @param files the order in which a reader opens them */
    void throwIfAny(List<String> files) throws InvalidConfigException {
        if (!errors.isEmpty()) {
            List<ConfigError> sorted = new ArrayList<>(errors);
            sorted.sort(Comparator.comparingInt((ConfigError error) -> files.indexOf(error.file()))
                    .thenComparingInt(ConfigError::line));
            throw new InvalidConfigException(
                    sorted, files.stream().map(Path::of).toList());
        }
    }
}
