// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Unix socket of this host. */
record UnixAddress(Path socket) implements DaemonAddress {
    @Override
    public NettyChannelBuilder channel() {
        // The JDK's own Unix sockets: they need no native library to be unpacked at each start.
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioDomainSocketChannel.class, UnixDomainSocketAddress.class)
                // Unset what gRPC sets for TCP: Unix sockets lack it, and netty would warn.
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .usePlaintext()
                .overrideAuthority("localhost");
    }

    @Override
    public String whyUnavailable(Status status) {
        if (Files.notExists(socket)) {
            return "no daemon is running on " + socket + ": there is no such socket." + neighbours() + howToStart();
        }
        if (!Files.isWritable(socket)) {
            return "you may not use " + socket + ": permission denied.\n"
                    + "Run this as root or as a member of the socket's group.";
        }
        Throwable cause = status.getCause();
        if (cause == null) {
            return "the daemon on " + socket + " hung up.\nIt is stopping, or it crashed: look at its log.";
        }
        return "no daemon is running on " + socket + ": "
                + DaemonAddress.root(cause).getMessage() + "." + howToStart();
    }

    private static String howToStart() {
        return "\nStart it with 'thresher daemon' (see 'thresher daemon --help'), or choose another with "
                + "--instance NAME or --socket PATH.";
    }

    /** Who has one daemon under another name mostly wants that one. */
    private String neighbours() {
        Path directory = socket.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            return "";
        }
        try (Stream<Path> files = Files.list(directory)) {
            String names = files.map(Path::toString)
                    .filter(name -> name.endsWith(".sock"))
                    .sorted()
                    .collect(Collectors.joining(", "));
            return names.isEmpty() ? "" : "\nThere is " + names + ".";
        } catch (IOException unreadable) {
            return "";
        }
    }

    @Override
    public String toString() {
        return socket.toString();
    }
}
