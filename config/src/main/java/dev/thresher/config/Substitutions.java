// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code ${…}} of a parsed file.
 *
 * <p>The library stops at the first path that leads nowhere. To report the others, that path is given a marker for a
 * value and everything is resolved again; who reads the marker later knows that the error has been reported.
 */
final class Substitutions {
    private static final String MARKER = "\u0000undefined\u0000";
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{\\??(?<path>.*?)(\\[])?}");

    private final ErrorLog errors;
    private final boolean environment;
    private final Set<String> undefined = new HashSet<>();

    private Substitutions(ErrorLog errors, boolean environment) {
        this.errors = errors;
        this.environment = environment;
    }

    /** Of what the files define, and the environment. */
    static Substitutions withEnvironment(ErrorLog errors) {
        return new Substitutions(errors, true);
    }

    /** Of what the text itself defines. */
    static Substitutions within(ErrorLog errors) {
        return new Substitutions(errors, false);
    }

    /** Whether a value was made from a path that leads nowhere. */
    static boolean isUndefined(ConfigValue value) {
        return value.valueType() == ConfigValueType.STRING
                && ValueType.textOf(value).contains(MARKER);
    }

    /** The object with every substitution made, or nothing after errors that leave no object. */
    Optional<ConfigObject> resolve(ConfigObject parsed, Location file) {
        ConfigResolveOptions options = ConfigResolveOptions.defaults()
                .setUseSystemEnvironment(environment)
                .appendResolver(new Markers());
        while (true) {
            try {
                return Optional.of(parsed.toConfig().resolve(options).root());
            } catch (ConfigException.UnresolvedSubstitution e) {
                if (!report(e, file)) {
                    return Optional.empty();
                }
            } catch (ConfigException e) {
                // A marker where a section was needed: its error has been reported.
                if (undefined.isEmpty()) {
                    errors.addInvalidHocon(e, file);
                }
                return Optional.empty();
            }
        }
    }

    /** @return whether another try may get further */
    private boolean report(ConfigException.UnresolvedSubstitution e, Location file) {
        String message = String.valueOf(e.getMessage());
        Location location = e.origin() == null ? file : Location.of(e.origin()).orElse(file);
        Matcher reference = REFERENCE.matcher(message);
        if (!reference.find()) {
            errors.addInvalidHocon(e, file);
            return false;
        }
        String expression = reference.group();
        if (message.contains("cycle of substitutions")) {
            errors.add(location, "", expression, expression + " is defined by itself");
            return false;
        }
        String nowhere = environment
                ? " is defined neither in these files nor in the environment"
                : " is not defined in this text";
        errors.add(location, "", expression, expression + nowhere);
        return undefined.add(reference.group("path"));
    }

    private final class Markers implements ConfigResolver {
        @Override
        public @Nullable ConfigValue lookup(String path) {
            return undefined.contains(path) ? ConfigValueFactory.fromAnyRef(MARKER) : null;
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }
}
