// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

/**
 * Whose change it is.
 *
 * @param who the caller, as the log and the history name it
 * @param comment may be empty
 */
public record Author(String who, String comment) {
    static final Author FILES = new Author(Revision.FILES, "");
}
