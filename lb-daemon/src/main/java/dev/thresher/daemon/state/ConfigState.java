// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import dev.thresher.config.ConfigError;
import java.time.Instant;
import java.util.List;

/**
 * The configuration that is in force.
 *
 * @param revision its number
 * @param since when it came into force
 * @param problems what is wrong with the files as they are now; while there is something they do not count
 * @param warnings what else an operator ought to know of it
 */
public record ConfigState(long revision, Instant since, List<ConfigError> problems, List<String> warnings) {
    public ConfigState {
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }
}
