// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
final class SocketFileTest {
    @TempDir
    Path dir;

    @Test
    void socket_isBoundWhereNobodyElseGets_andPlacedWhenItIsRestricted() throws IOException {
        SocketFile file = new SocketFile(dir.resolve("a.sock"));
        file.prepare();
        Path folder = file.pending().getParent();
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)));
        try (ServerSocketChannel bound = bind(file.pending())) {
            Files.setPosixFilePermissions(file.pending(), PosixFilePermissions.fromString("rwxrwxrwx"));
            assertFalse(Files.exists(dir.resolve("a.sock")));

            file.place(null);
            assertEquals(
                    "rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("a.sock"))));
            assertFalse(Files.exists(folder));
            SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("a.sock")))
                    .close();
            assertTrue(bound.isOpen());
        }
        file.remove();
        assertFalse(Files.exists(dir.resolve("a.sock")));
    }

    @Test
    void server_leavesNothingBehind() throws IOException {
        GrpcServer.start(dir.resolve("a.sock"), new SampleState(), new SampleFlows(), new SampleHealth())
                .close();
        try (Stream<Path> left = Files.list(dir)) {
            assertEquals(List.of(), left.toList());
        }
    }

    @Test
    void staleSocket_isReplaced() throws IOException {
        Path socket = dir.resolve("a.sock");
        bind(socket).close();
        assertTrue(Files.exists(socket), "a closed socket leaves its file");

        try (GrpcServer server = GrpcServer.start(socket, new SampleState(), new SampleFlows(), new SampleHealth())) {
            assertAccepts(server);
        }
    }

    @Test
    void socketOfALiveDaemon_isRefusedAndLeftAlone() throws IOException {
        Path socket = dir.resolve("a.sock");
        try (GrpcServer first = GrpcServer.start(socket, new SampleState(), new SampleFlows(), new SampleHealth())) {
            IOException e = assertThrows(
                    IOException.class,
                    () -> GrpcServer.start(socket, new SampleState(), new SampleFlows(), new SampleHealth()));

            assertEquals(
                    "API socket " + socket + ": a running daemon serves on it: stop that one first, "
                            + "or give this one another name with thresher.instance",
                    e.getMessage());
            assertAccepts(first);
        }
    }

    @Test
    void socketOfAHungDaemon_isRefusedWithoutWaiting() throws IOException {
        Path socket = dir.resolve("a.sock");
        ServerSocketChannel hung =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket), 1);
        List<SocketChannel> waiting = fillBacklog(socket);
        try {
            assertRefused(socket, "a running daemon serves on it");
        } finally {
            for (SocketChannel client : waiting) {
                client.close();
            }
            hung.close();
        }
    }

    @Test
    void ordinaryFile_isRefusedAndKept() throws IOException {
        Path file = Files.writeString(dir.resolve("notes"), "precious");

        assertRefused(file, "something that is not a socket is in the way");
        assertEquals("precious", Files.readString(file));
    }

    @Test
    void danglingLink_isRefused() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("link"), dir.resolve("nowhere"));

        assertRefused(link, "something that is not a socket is in the way");
        assertTrue(Files.exists(link, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void directoryThatCannotBe_isNamed() throws IOException {
        Path file = Files.writeString(dir.resolve("file"), "");

        assertRefused(file.resolve("a.sock"), "set thresher.api.socket to another path");
    }

    @Test
    void tooLongAPath_isRefusedBeforeAnythingIsMade() {
        Path socket = dir.resolve("d".repeat(100)).resolve("a.sock");

        assertRefused(socket, "the kernel allows 107");
        assertFalse(Files.exists(socket.getParent()));
    }

    private static void assertAccepts(GrpcServer server) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(server.socket()))) {
            assertTrue(client.isConnected());
        }
    }

    private static void assertRefused(Path socket, String reason) {
        IOException e = assertThrows(
                IOException.class,
                () -> GrpcServer.start(socket, new SampleState(), new SampleFlows(), new SampleHealth()));
        assertTrue(String.valueOf(e.getMessage()).startsWith("API socket " + socket + ": "), e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains(reason), e.getMessage());
    }

    private static List<SocketChannel> fillBacklog(Path socket) throws IOException {
        List<SocketChannel> clients = new ArrayList<>();
        try {
            while (clients.size() < 100) {
                SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
                clients.add(client);
                client.configureBlocking(false);
                client.connect(UnixDomainSocketAddress.of(socket));
            }
            throw new AssertionError("a backlog of 1 took 100 connections");
        } catch (SocketException full) {
            return clients;
        }
    }

    private static ServerSocketChannel bind(Path socket) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(socket));
    }
}
