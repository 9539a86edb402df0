// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A file locked by this process. The kernel drops the lock when the process dies, however it dies, so a lock that is
 * held means that its owner lives. Its file goes away with it.
 */
final class LabLock implements AutoCloseable {
    private final Path directory;
    private final Path file;
    private final FileChannel channel;

    private LabLock(Path directory, Path file, FileChannel channel) {
        this.directory = directory;
        this.file = file;
        this.channel = channel;
    }

    /** Takes the lock, waiting for another process to give it up, for the given time at the most. */
    static LabLock take(Path directory, String name, Duration patience, String what) {
        Path file = directory.resolve(name + ".lock");
        @Nullable LabLock[] taken = new LabLock[1];
        boolean got = Await.until(patience, () -> {
            taken[0] = attempt(directory, file);
            return taken[0] != null;
        });
        LabLock lock = taken[0];
        if (!got || lock == null) {
            throw new LabException(what + " is in the hands of another process (" + holder(file)
                    + "); wait until it has ended, or stop it");
        }
        return lock;
    }

    private static @Nullable LabLock attempt(Path directory, Path file) {
        FileChannel channel = null;
        LabFiles.makeDirectories(directory);
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Object opened = Files.getAttribute(file, "unix:ino");
            FileLock lock = channel.tryLock();
            // The former holder may have removed the file before we locked it: then the lock is worth nothing.
            if (lock != null && opened.equals(Files.getAttribute(file, "unix:ino"))) {
                String owner = "pid " + ProcessHandle.current().pid();
                channel.truncate(0).write(ByteBuffer.wrap(owner.getBytes(UTF_8)), 0);
                return new LabLock(directory, file, channel);
            }
        } catch (OverlappingFileLockException | NoSuchFileException e) {
            // Held by another thread of this process; or just given up and removed.
        } catch (IOException e) {
            throw new LabException("cannot lock " + file + ": " + e.getMessage(), e);
        }
        closeQuietly(channel);
        return null;
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        try {
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            throw new LabException("cannot close a lock file: " + e.getMessage(), e);
        }
    }

    private static String holder(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "unknown";
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new LabException("cannot remove " + file + ": " + e.getMessage(), e);
        } finally {
            closeQuietly(channel);
        }
        LabFiles.removeIfEmpty(directory);
    }
}
