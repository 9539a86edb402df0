// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.revision;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The disk, by a temporary file in the same folder that is flushed and renamed. A file that is there keeps owner and mode. */
final class LocalDisk implements Disk {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDisk.class);

    private static final String DEFAULT_MODE = "rw-r-----";

    /** Where the content of a file waits: hidden, and with a name that no folder of configuration files counts. */
    static Path waiting(Path file) {
        return file.resolveSibling("." + file.getFileName() + ".new");
    }

    @Override
    public Prepared prepare(Path file, String text) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path waiting = waiting(target);
        try {
            Files.createDirectories(folderOf(target));
            write(waiting, target, text);
        } catch (IOException e) {
            delete(waiting);
            throw new IOException("cannot write " + file + ": " + reason(e), e);
        }
        return new Waiting(waiting, target);
    }

    @Override
    public void clean(Path file) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        if (Files.deleteIfExists(waiting(target))) {
            LOG.info("Removed {}, which a change that was broken off left", waiting(target));
        }
    }

    private static void write(Path file, Path target, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            inheritFrom(target, file);
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static void inheritFrom(Path target, Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (!Files.exists(target)) {
            view.setPermissions(PosixFilePermissions.fromString(DEFAULT_MODE));
            return;
        }
        PosixFileAttributes model = Files.readAttributes(target, PosixFileAttributes.class);
        PosixFileAttributes own = view.readAttributes();
        if (!own.owner().equals(model.owner())) {
            view.setOwner(model.owner());
        }
        if (!own.group().equals(model.group())) {
            view.setGroup(model.group());
        }
        view.setPermissions(model.permissions());
    }

    private static Path folderOf(Path file) {
        return Objects.requireNonNull(file.toAbsolutePath().getParent());
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("Cannot remove {}", file, e);
        }
    }

    /** The JDK says the least of the most frequent ones. */
    static String reason(IOException e) {
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such file or directory";
        }
        if (e instanceof FileSystemException system && system.getReason() != null) {
            return system.getReason();
        }
        return String.valueOf(e.getMessage());
    }

    private record Waiting(Path file, Path target) implements Prepared {
        @Override
        public void place() throws IOException {
            try {
                Files.move(file, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                try (FileChannel folder = FileChannel.open(folderOf(target), StandardOpenOption.READ)) {
                    folder.force(true);
                }
            } catch (IOException e) {
                throw new IOException("cannot write " + target + ": " + reason(e), e);
            }
        }

        @Override
        public void drop() {
            delete(file);
        }
    }
}
