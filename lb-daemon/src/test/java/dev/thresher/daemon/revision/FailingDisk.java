// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A disk that can be full, and whose renames and flushes can fail. */
final class FailingDisk implements Disk {
    private final Disk disk = new LocalDisk();

    boolean full;
    /** One that cannot be written. */
    @Nullable
    Path refused;

    /** The so many-th place from now fails, once it has been made, as when only the flush of the folder does. 0: none. */
    int failingPlace;

    /** Done once, after the next place. */
    Action afterPlace = () -> {};

    interface Action {
        void run() throws IOException;
    }

    @Override
    public Prepared prepare(Path file, String text) throws IOException {
        if (full) {
            throw new IOException("cannot write " + file + ": No space left on device");
        }
        if (file.equals(refused)) {
            throw new IOException("cannot write " + file + ": Read-only file system");
        }
        Prepared prepared = disk.prepare(file, text);
        return new Prepared() {
            @Override
            public void place() throws IOException {
                prepared.place();
                Action action = afterPlace;
                afterPlace = () -> {};
                action.run();
                if (failingPlace > 0 && --failingPlace == 0) {
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
