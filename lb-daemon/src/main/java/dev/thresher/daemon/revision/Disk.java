// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.io.IOException;
import java.nio.file.Path;

/** Files that are replaced as a whole: after a crash the old content is there, or the new one. */
interface Disk {
    /**
     * Writes a content beside the file that it is for. It then needs no more room: a full disk shows here.
     *
     * @throws IOException in words that name the file
     */
    Prepared prepare(Path file, String text) throws IOException;

    /** Removes what an earlier process prepared for this file and did not place. */
    void clean(Path file) throws IOException;

    /** Content that waits for its place. */
    interface Prepared {
        /** Puts it there, in one step, and returns once a crash would not undo it. */
        void place() throws IOException;

        /** Forgets it, if it has no place yet. */
        void drop();
    }
}
