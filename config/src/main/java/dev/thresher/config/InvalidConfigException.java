// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used, with everything that is wrong with it. */
public final class InvalidConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<ConfigError> errors;
    private final transient List<Path> files;

    /**
     * A configuration that has errors.
     *
     * @param errors at least one
     * @param files that were read or looked for
     */
    public InvalidConfigException(List<ConfigError> errors, List<Path> files) {
        this.errors = List.copyOf(errors);
        this.files = List.copyOf(files);
    }

    /** At least one; in the order of the files and their lines. */
    public List<ConfigError> errors() {
        return errors;
    }

    /** The files that were read or looked for: to edit one of them may mend it. */
    public List<Path> files() {
        return files;
    }

    /** A line for each error. */
    @Override
    public String getMessage() {
        return errors.stream().map(ConfigError::toString).collect(Collectors.joining("\n"));
    }
}
