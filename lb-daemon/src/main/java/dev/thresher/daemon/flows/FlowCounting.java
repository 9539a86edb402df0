// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import java.util.Optional;

/** Counts the flows in short steps, so that other walks through the table can take turns with it. One thread steps. */
public interface FlowCounting {
    /** Goes on where the last step ended; the count, once the end is reached. */
    Optional<FlowCount> step();
}
