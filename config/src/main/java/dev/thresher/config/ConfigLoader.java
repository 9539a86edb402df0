// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.Path;

/** Reads configuration files: HOCON, described key by key in {@code docs/configuration.md}. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Reads a file, what it includes, and the files of its folder {@code conf.d}.
     *
     * @param file messages name it just as it is given here
     * @throws InvalidConfigException with everything that is wrong. What cannot be read or parsed hides the errors
     *     that come after parsing: then only those of reading and parsing are reported
     */
    public static Config load(Path file) throws InvalidConfigException {
        return Document.load(file).config();
    }
}
