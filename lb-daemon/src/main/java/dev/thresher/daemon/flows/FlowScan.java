// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import java.util.function.Consumer;

/** A walk through the connection table in short steps, so that many can take turns. One thread steps. */
@FunctionalInterface
public interface FlowScan {
    /**
     * Goes on where the last step ended. Ends after a bounded amount of work, or soon after {@code most} flows were found:
     * a few more may come.
     *
     * @return whether there is more to look at
     */
    boolean step(int most, Consumer<Flow> found);
}
