// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import dev.thresher.config.ApiSettings;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a Unix socket, before and after it is bound. It is bound in a folder that only the daemon's user enters, and comes to
 * its place once it has its mode and group: a socket is there for everybody from the moment it is bound if the umask is 0.
 */
final class SocketFile {
    private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);
    private static final String OTHER_PATH = "set thresher.api.socket to another path";

    private static final String SERVED =
            "a running daemon serves on it: stop that one first, or give this one another name with thresher.instance";

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path path;
    private final Path folder;
    private boolean placed;

    SocketFile(Path path) {
        this.path = path;
        folder = path.resolveSibling(".%04x".formatted(RANDOM.nextInt(1 << 16)));
    }

    /** Where it is to be bound. */
    Path pending() {
        return folder.resolve("s");
    }

    /**
     * Makes room: creates the directory and removes the socket that a dead daemon left.
     *
     * @throws IOException if the path cannot be bound, or a live process serves on it
     */
    void prepare() throws IOException {
        int length = Math.max(length(path), length(pending()));
        if (length > ApiSettings.MAX_SOCKET_LENGTH) {
            throw failure("the path has " + length + " bytes, the kernel allows " + ApiSettings.MAX_SOCKET_LENGTH
                    + ": set thresher.api.socket to a shorter one");
        }
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            removeStale();
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (FileSystemException e) {
            throw failure(reason(e) + ": run the daemon as root, or " + OTHER_PATH);
        }
    }

    private static int length(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /**
     * Lets the owner and the group in, and nobody else: who may connect may see and change everything.
     *
     * @param group null: the one that it has
     */
    void place(@Nullable String group) throws IOException {
        if (group != null) {
            giveTo(group);
        }
        Files.setPosixFilePermissions(pending(), PosixFilePermissions.fromString("rw-rw----"));
        try {
            // Unlike a move, a link takes no place that another daemon has come to meanwhile.
            Files.createLink(path, pending());
        } catch (FileAlreadyExistsException e) {
            throw failure(SERVED);
        }
        placed = true;
        Files.delete(pending());
        Files.delete(folder);
    }

    /** Removes it, and what is left of one that did not come to its place. */
    void remove() {
        try {
            if (placed) {
                Files.deleteIfExists(path);
                placed = false;
            }
            Files.deleteIfExists(pending());
            Files.deleteIfExists(folder);
        } catch (IOException e) {
            LOG.debug("Cannot remove the API socket {}", path, e);
        }
    }

    private void giveTo(String group) throws IOException {
        try {
            GroupPrincipal principal =
                    path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
            Files.getFileAttributeView(pending(), PosixFileAttributeView.class).setGroup(principal);
        } catch (UserPrincipalNotFoundException e) {
            throw failure("there is no group \"" + group + "\": create it (groupadd --system " + group
                    + "), or set thresher.api.group to another");
        } catch (FileSystemException e) {
            throw failure("it cannot be given to the group \"" + group + "\": " + reason(e)
                    + "; run the daemon as root, or as a member of it");
        }
    }

    IOException failure(String reason) {
        return new IOException("API socket " + path + ": " + reason);
    }

    private void removeStale() throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        // A Unix socket is neither a file, a directory nor a link to Java.
        if (!Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw failure("something that is not a socket is in the way: remove it, or " + OTHER_PATH);
        }
        if (isServed()) {
            throw failure(SERVED);
        }
        Files.delete(path);
    }

    private boolean isServed() throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            // Not blocking: a live daemon that hangs, with its backlog full, must not make this one hang too.
            channel.configureBlocking(false);
            channel.connect(UnixDomainSocketAddress.of(path));
            return true;
        } catch (ConnectException refused) {
            return false;
        } catch (SocketException full) {
            return true;
        }
    }

    private static String reason(FileSystemException e) {
        String reason = e.getReason() != null ? e.getReason() : e.getClass().getSimpleName();
        return e.getFile() + ": " + reason;
    }
}
