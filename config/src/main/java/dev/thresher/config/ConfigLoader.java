// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigObject;
import java.nio.file.Path;
import java.util.Optional;

/** Reads configuration files: HOCON, described key by key in {@code docs/configuration.md}. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Reads a file and what it includes.
     *
     * @param file messages name it just as it is given here
     * @throws InvalidConfigException with everything that is wrong. What cannot be read or parsed hides the errors
     *     that come after parsing: then only those of reading and parsing are reported
     */
    public static Config load(Path file) throws InvalidConfigException {
        ErrorLog errors = new ErrorLog();
        SourceFiles sources = new SourceFiles(errors);
        Location whole = new Location(file.toString(), 0);
        Optional<Config> config = Optional.empty();
        try {
            ConfigObject parsed = sources.parse(file);
            errors.throwIfAny(sources.names());
            config = new Substitutions(errors)
                    .resolve(parsed, whole)
                    .flatMap(document -> new ConfigReader(errors).read(document, whole));
        } catch (StackOverflowError e) {
            // The library recurses; a daemon must survive a reload of such a file.
            errors.add(whole, "", null, "the file is nested too deeply");
        }
        errors.throwIfAny(sources.names());
        return config.orElseThrow();
    }
}
