// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.function.Consumer;

/** Asks a target once. One implementation a kind of check; all run on the loop's thread and keep no state between runs. */
interface Probe {
    /**
     * Starts a probe. It ends within the target's timeout, connecting and answer together, and has then closed all it
     * opened.
     *
     * @param done takes the result, exactly once, perhaps before this method returns; never if the probe is cancelled
     */
    Cancellable start(Target target, Consumer<ProbeResult> done);
}
