// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong with a configuration.
 *
 * @param file the file to edit, as the caller or the including file named it
 * @param line from 1, or 0 if the whole file is meant
 * @param path the key, such as {@code thresher.pools.web.reals[1].address}, or empty if no key is meant
 * @param value what the file says there, or null if it says nothing
 * @param message a sentence that names the value and the reason
 */
public record ConfigError(
        String file, int line, String path, @Nullable String value, String message) {
    /** {@code file:line: path: message}, on one line whatever the file contains. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
        }
        text.append(": ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return printable(text.append(message));
    }

    private static String printable(CharSequence text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.chars().forEach(c -> {
            if (Character.isISOControl(c)) {
                escaped.append("\\u%04x".formatted(c));
            } else {
                escaped.append((char) c);
            }
        });
        return escaped.toString();
    }
}
