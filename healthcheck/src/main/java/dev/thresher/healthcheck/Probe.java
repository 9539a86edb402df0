// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.util.function.Consumer;

/** Asks a target once. One implementation a kind of check; all run on the loop's thread and keep no state between runs. */
interface Probe {
    /**
     * Starts a probe. It ends within the target's timeout, connecting and answer together, and has then closed all it
     * opened. It takes no longer than a moment on the loop's thread, whatever the target does.
     *
     * @param done takes the result on the loop's thread, exactly once, perhaps before this method returns; never if the
     *     probe is cancelled
     */
    Cancellable start(ProbeContext context, Consumer<ProbeResult> done);
}
