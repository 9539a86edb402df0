// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config.change;

import org.jspecify.annotations.Nullable;

/**
 * A change that stands beside the files.
 *
 * @param disagreement what the files say, if that is neither what they said when the change was made nor what it makes of
 *     it; null if there is nothing to tell
 * @param inForce false if it cannot be made: what it needs is gone
 */
public record StandingChange(ElementChange change, @Nullable String disagreement, boolean inForce) {}
