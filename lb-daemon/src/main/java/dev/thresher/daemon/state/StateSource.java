// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.state;

import java.util.List;

/** Where the servers get the daemon's picture from. Called from any thread, several at once. */
public interface StateSource {
    /** A consistent picture of now. */
    DaemonState snapshot();

    /** Every global counter of the data plane, also those at 0, always in the same order. */
    List<Counter> counters();
}
