// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.terminal;

import java.util.function.Predicate;

/** Where news come from. */
@FunctionalInterface
public interface Source<T> {
    /** Passes news on as they come, until there are no more or {@code wanted} answers that it has seen enough. */
    void follow(Predicate<T> wanted);
}
