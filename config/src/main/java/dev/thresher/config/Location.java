// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.typesafe.config.ConfigOrigin;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a file.
 *
 * @param file as the caller or the including file named it
 * @param line from 1, or 0 for the file as a whole
 */
public record Location(String file, int line) {
    /** What the library makes of a description and lines, and of the places that a merged object came from. */
    private static final Pattern DESCRIPTION =
            Pattern.compile("(?:merge of )?(?<file>.*?): (?<line>\\d+)(?:-\\d+)?(?:,.*)?", Pattern.DOTALL);

    /** Where a value was written, or nothing if it came from elsewhere, such as the environment. */
    public static Optional<Location> of(ConfigOrigin origin) {
        Matcher matcher = DESCRIPTION.matcher(origin.description());
        return matcher.matches()
                ? Optional.of(new Location(matcher.group("file"), Integer.parseInt(matcher.group("line"))))
                : Optional.empty();
    }

    /** {@code file:line}. */
    @Override
    public String toString() {
        return line > 0 ? file + ":" + line : file;
    }
}
