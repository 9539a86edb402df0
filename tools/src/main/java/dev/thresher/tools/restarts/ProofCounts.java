// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.time.Duration;

/**
 * How much is to be proven.
 *
 * @param restarts the daemon ends by SIGTERM and starts again
 * @param kills the daemon is killed and starts again: in the middle of a change, of a start, and of a change of sizes, in turn
 * @param upgrades the daemon ends, and one of another layout version takes its place; back and forth
 * @param reloads the configuration changes elsewhere
 * @param upload how long the connection of an upload lives
 */
public record ProofCounts(int restarts, int kills, int upgrades, int reloads, Duration upload) {}
