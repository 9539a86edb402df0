// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigError> errors;

    InvalidConfigException(List<ConfigError> errors) {
        this.errors = List.copyOf(errors);
    }

    /** At least one; in the order of the files and their lines. */
    public List<ConfigError> errors() {
        return errors;
    }

    /** A line for each error. */
    @Override
    public String getMessage() {
        return errors.stream().map(ConfigError::toString).collect(Collectors.joining("\n"));
    }
}
