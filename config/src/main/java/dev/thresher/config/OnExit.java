// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

/** What becomes of the data plane when the daemon is told to stop. */
public enum OnExit {
    /** It goes on as it is. */
    KEEP,
    /** The program is taken off its interface. */
    DETACH
}
