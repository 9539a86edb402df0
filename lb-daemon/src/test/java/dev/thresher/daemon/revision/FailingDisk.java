// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.io.IOException;
import java.nio.file.Path;

/** A disk that can be full, and whose renames and flushes can fail. */
final class FailingDisk implements Disk {
    private final Disk disk = new LocalDisk();

    boolean full;
    /** Places fail from now on, once they have been made, as when only the flush of the folder fails. */
    boolean failsToPlace;

    @Override
    public Prepared prepare(Path file, String text) throws IOException {
        if (full) {
            throw new IOException("cannot write " + file + ": No space left on device");
        }
        Prepared prepared = disk.prepare(file, text);
        return new Prepared() {
            @Override
            public void place() throws IOException {
                prepared.place();
                if (failsToPlace) {
                    failsToPlace = false;
                    throw new IOException("cannot write " + file + ": Input/output error");
                }
            }

            @Override
            public void drop() {
                prepared.drop();
            }
        };
    }

    @Override
    public void clean(Path file) throws IOException {
        disk.clean(file);
    }
}
