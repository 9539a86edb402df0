// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

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

    int count() {
        return errors.size();
    }

    /** @param files the order in which a reader opens them */
    void throwIfAny(List<String> files) throws InvalidConfigException {
        if (!errors.isEmpty()) {
            List<ConfigError> sorted = new ArrayList<>(errors);
            sorted.sort(Comparator.comparingInt((ConfigError error) -> files.indexOf(error.file()))
                    .thenComparingInt(ConfigError::line));
            throw new InvalidConfigException(sorted);
        }
    }
}
