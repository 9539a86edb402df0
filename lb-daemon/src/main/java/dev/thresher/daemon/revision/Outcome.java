// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

/**
 * What a change did, or would do.
 *
 * @param revision the one in force
 */
public record Outcome(Difference difference, long revision) {}
