// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.time.Instant;
import java.util.List;

/**
 * One of the configurations that were in force, without its text.
 *
 * @param number counts from 1, over restarts too
 * @param at when it came into force
 * @param who made it: a caller, or {@value #FILES}
 * @param how in a few words, such as "2 edits"
 * @param comment of whoever made it; may be empty
 * @param elements names of what changed against the one before
 */
public record Revision(long number, Instant at, String who, String how, String comment, List<String> elements) {
    /** Whoever edits the files: nobody whom the daemon knows. */
    public static final String FILES = "files";

    public Revision {
        elements = List.copyOf(elements);
    }
}
