// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import java.time.Duration;

/** Says when it is time again. */
interface Timer {
    /** Stops what it was made for. */
    interface Stop {
        /** There is no further time; does nothing when called again. */
        void stop();
    }

    /**
     * Runs a task at each interval from now on, the first time after one interval. The task must be short, for others
     * wait for it.
     */
    Stop every(Duration interval, Runnable task);
}
