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
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import org.jspecify.annotations.Nullable;

/** The file of a Unix socket, before and after it is bound. */
final class SocketFile {
    private static final String OTHER_PATH = "set thresher.api.socket to another path";

    private final Path path;

    SocketFile(Path path) {
        this.path = path;
    }

    /**
     * Makes room: creates the directory and removes the socket that a dead daemon left.
     *
     * @throws IOException if the path cannot be bound, or a live process serves on it
     */
    void prepare() throws IOException {
        int length = path.toString().getBytes(StandardCharsets.UTF_8).length;
        if (length > ApiSettings.MAX_SOCKET_LENGTH) {
            throw failure("the path has " + length + " bytes, the kernel allows " + ApiSettings.MAX_SOCKET_LENGTH
                    + ": set thresher.api.socket to a shorter one");
        }
        try {
            Files.createDirectories(path.toAbsolutePath().getParent());
            removeStale();
        } catch (FileSystemException e) {
            throw failure(reason(e) + ": run the daemon as root, or " + OTHER_PATH);
        }
    }

    /**
     * Lets the owner and the group in, and nobody else: who may connect may see and change everything.
     *
     * @param group null: the one that it has
     */
    void restrict(@Nullable String group) throws IOException {
        if (group != null) {
            giveTo(group);
        }
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw----"));
    }

    private void giveTo(String group) throws IOException {
        try {
            GroupPrincipal principal =
                    path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(group);
            Files.getFileAttributeView(path, PosixFileAttributeView.class).setGroup(principal);
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
            throw failure("a running daemon serves on it: stop that one first, or give this one another name with "
                    + "thresher.instance");
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
