// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import jnr.constants.platform.Errno;

/**
 * The right to drive an instance: a lock on the directory of its pins, so that whoever would use the same pins meets it,
 * whatever else is configured. The kernel gives it up at our death.
 */
public final class PinLock implements AutoCloseable {
    private static final int O_CLOEXEC = 0x80000;
    private static final int LOCK_EXCLUSIVE = 2;
    private static final int LOCK_AT_ONCE = 4;

    private final Path directory;
    private final int fd;

    private PinLock(Path directory, int fd) {
        this.directory = directory;
        this.fd = fd;
    }

    /**
     * Takes the lock, and makes the directory if it is not there; empty when somebody else holds it.
     *
     * @throws IOException if the directory cannot be made
     */
    public static Optional<PinLock> take(InstancePins pins) throws IOException {
        Path directory = pins.directory();
        while (true) {
            Files.createDirectories(directory);
            int fd = Native.C.open(directory.toString(), O_CLOEXEC);
            if (fd < 0) {
                requireVanished(directory, Native.errno());
            } else if (!isLocked(directory, fd)) {
                Native.C.close(fd);
                return Optional.empty();
            } else if (isStill(directory, fd)) {
                return Optional.of(new PinLock(directory, fd));
            } else {
                Native.C.close(fd);
            }
        }
    }

    private static void requireVanished(Path directory, int errno) throws IOException {
        if (errno == Errno.EACCES.intValue()) {
            throw new AccessDeniedException(directory.toString());
        }
        if (errno != Errno.ENOENT.intValue()) {
            throw new BpfException("open(" + directory + ")", errno);
        }
    }

    private static boolean isLocked(Path directory, int fd) {
        if (Native.C.flock(fd, LOCK_EXCLUSIVE | LOCK_AT_ONCE) == 0) {
            return true;
        }
        int errno = Native.errno();
        if (errno != Errno.EWOULDBLOCK.intValue()) {
            Native.C.close(fd);
            throw new BpfException("flock(" + directory + ")", errno);
        }
        return false;
    }

    /** Removes the directories if nothing was pinned, and lets go. */
    @Override
    public void close() {
        try {
            Files.deleteIfExists(directory);
            Files.deleteIfExists(directory.getParent());
        } catch (DirectoryNotEmptyException pinned) {
            // That is what they are for.
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + directory, e);
        } finally {
            Native.C.close(fd);
        }
    }

    /** Whoever held the lock before us may have removed the directory, and somebody else made it anew. */
    private static boolean isStill(Path directory, int fd) throws IOException {
        try {
            return key(directory).equals(key(Path.of("/proc/self/fd", String.valueOf(fd))));
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Object key(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
