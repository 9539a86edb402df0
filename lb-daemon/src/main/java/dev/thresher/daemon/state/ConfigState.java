// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.ConfigError;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration that is in force.
 *
 * @param revision its number
 * @param since when it came into force
 * @param invalidSince since when the files have not counted, or null if they do
 * @param problems what is wrong with the files as they are now; while there is something they do not count
 * @param warnings what else an operator ought to know of it
 */
public record ConfigState(
        long revision,
        Instant since,
        @Nullable Instant invalidSince,
        List<ConfigError> problems,
        List<String> warnings) {
    public ConfigState {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }
}
