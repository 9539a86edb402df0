// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import java.io.File;
import java.net.URL;
import java.util.List;

/**
 * Parses HOCON that came as a text. It stands by itself: who sends it must not reach the files and the environment of the
 * process that reads it.
 */
public final class HoconSource {
    private HoconSource() {}

    /**
     * What the text says, with its substitutions made.
     *
     * @param name of the text, in messages
     * @throws InvalidConfigException if it is not HOCON, includes something or refers to what it does not define
     */
    public static ConfigObject parse(String text, String name) throws InvalidConfigException {
        ErrorLog errors = new ErrorLog();
        Location whole = new Location(name, 0);
        errors.addIfTooLong(text, whole);
        errors.throwIfAny(List.of());
        try {
            ConfigParseOptions options = ConfigParseOptions.defaults()
                    .setSyntax(ConfigSyntax.CONF)
                    .setOriginDescription(name)
                    .setIncluder(new NoIncludes(errors, whole));
            ConfigObject parsed = ConfigFactory.parseString(text, options).root();
            errors.throwIfAny(List.of());
            ConfigObject resolved =
                    Substitutions.within(errors).resolve(parsed, whole).orElse(parsed);
            errors.throwIfAny(List.of());
            return resolved;
        } catch (ConfigException e) {
            errors.addInvalidHocon(e, whole);
        } catch (StackOverflowError e) {
            errors.add(whole, "", null, Document.TOO_DEEP);
        }
        errors.throwIfAny(List.of());
        throw new IllegalStateException("unreachable: there is an error");
    }

    private record NoIncludes(ErrorLog errors, Location whole)
            implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
        @Override
        public ConfigObject include(ConfigIncludeContext context, String what) {
            errors.add(
                    whole, "", what, "cannot include \"" + what + "\" here: write what that file says into the text");
            return ConfigFactory.empty().root();
        }

        @Override
        public ConfigObject includeFile(ConfigIncludeContext context, File what) {
            return include(context, what.getPath());
        }

        @Override
        public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
            return include(context, what.toString());
        }

        @Override
        public ConfigObject includeResources(ConfigIncludeContext context, String what) {
            return include(context, what);
        }

        @Override
        public ConfigIncluder withFallback(ConfigIncluder fallback) {
            return this;
        }
    }
}
