// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.daemon.state.FlowCensus;
import java.util.List;

/**
 * How the connection table is.
 *
 * @param warnings that it is getting too small; empty when all is well
 */
public record FlowStatus(FlowCensus census, List<String> warnings) {
    public FlowStatus {
        warnings = List.copyOf(warnings);
    }
}
