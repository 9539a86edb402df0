// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigResolver;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes the {@code ${…}} of a parsed file.
 *
 * <p>The library stops at the first path that leads nowhere. To report all of them, each is given a marker for a value; who
 * reads the marker later knows that the error has been reported. What would become too much is refused before it is made.
 */
final class Substitutions {
    private static final String MARKER = "\u0000undefined\u0000";
    private static final ConfigValue UNDEFINED = ConfigValueFactory.fromAnyRef(MARKER);
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{.*?}");

    private final ErrorLog errors;
    private final boolean environment;

    /** What must be defined, and where it is referred to first. */
    private final Map<String, Growth.Leaf> required = new HashMap<>();

    private final Set<String> undefined = new LinkedHashSet<>();

    /** Characters that were looked through for the places of errors. */
    private long sought;

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
        if (parsed.toConfig().isResolved()) {
            return Optional.of(parsed);
        }
        Growth growth = new Growth(parsed);
        if (isTooMuch(growth, file)) {
            return Optional.empty();
        }
        addRequired(growth);
        try {
            ConfigResolveOptions options = ConfigResolveOptions.defaults()
                    .setUseSystemEnvironment(environment)
                    .appendResolver(new Markers());
            return Optional.of(parsed.toConfig().resolve(options).root());
        } catch (ConfigException.UnresolvedSubstitution e) {
            addUnresolved(e, file);
        } catch (ConfigException e) {
            // A marker where a section was needed: its error has been reported.
            if (undefined.isEmpty()) {
                errors.addInvalidHocon(e, file);
            }
        } finally {
            undefined.forEach(path -> addUndefined(path, file));
        }
        return Optional.empty();
    }

    private boolean isTooMuch(Growth growth, Location file) {
        String reason = null;
        if (growth.references() > Limits.REFERENCES) {
            reason = "there are %,d substitutions ${…}; %,d are the most: write out what they stand for"
                    .formatted(growth.references(), Limits.REFERENCES);
        } else if (growth.steps() > Limits.STEPS) {
            reason = "there are too many substitutions ${…} among too many keys: divide the keys into sections";
        } else if (growth.characters() > Limits.RESOLVED) {
            reason = ("with its substitutions ${…} made, it may have more than %,d characters, which are the most: see"
                            + " what refers to values that refer to others again and again")
                    .formatted(Limits.RESOLVED);
        }
        if (reason != null) {
            errors.add(file, "", null, reason);
        }
        return reason != null;
    }

    private void addRequired(Growth growth) {
        for (Growth.Leaf leaf : growth.leaves()) {
            leaf.layers().stream()
                    .flatMap(layer -> layer.references().stream())
                    .filter(reference -> !reference.optional())
                    .forEach(reference -> required.putIfAbsent(reference.path(), leaf));
        }
    }

    private void addUnresolved(ConfigException.UnresolvedSubstitution e, Location file) {
        Matcher reference = REFERENCE.matcher(String.valueOf(e.getMessage()));
        if (reference.find() && String.valueOf(e.getMessage()).contains("cycle of substitutions")) {
            String expression = reference.group();
            errors.add(location(e).orElse(file), "", expression, expression + " is defined by itself");
        } else {
            errors.addInvalidHocon(e, file);
        }
    }

    private void addUndefined(String path, Location file) {
        String expression = "${" + path + "}";
        String nowhere = environment
                ? " is defined neither in these files nor in the environment"
                : " is not defined in this text";
        errors.add(locate(path).orElse(file), "", expression, expression + nowhere);
    }

    /** Where a path is referred to: the library tells it of the first that it cannot resolve, so it shall be the only one. */
    private Optional<Location> locate(String path) {
        Growth.Leaf leaf = required.get(path);
        if (leaf == null) {
            return Optional.empty();
        }
        sought += leaf.characters();
        if (sought <= Limits.TEXT) {
            try {
                Config unused = leaf.value()
                        .atKey("value")
                        .resolveWith(
                                ConfigFactory.empty(),
                                ConfigResolveOptions.noSystem().appendResolver(new AllBut(path)));
            } catch (ConfigException.UnresolvedSubstitution e) {
                return location(e).or(() -> Location.of(leaf.value().origin()));
            } catch (ConfigException e) {
                // A marker in the place of a section; the whole value is the place to name then.
            }
        }
        return Location.of(leaf.value().origin());
    }

    private static Optional<Location> location(ConfigException e) {
        return Optional.ofNullable(e.origin()).flatMap(Location::of);
    }

    private final class Markers implements ConfigResolver {
        @Override
        public @Nullable ConfigValue lookup(String path) {
            if (!required.containsKey(path)) {
                return null;
            }
            undefined.add(path);
            return UNDEFINED;
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }

    private record AllBut(String path) implements ConfigResolver {
        @Override
        public @Nullable ConfigValue lookup(String other) {
            return other.equals(path) ? null : UNDEFINED;
        }

        @Override
        public ConfigResolver withFallback(ConfigResolver fallback) {
            return this;
        }
    }
}
