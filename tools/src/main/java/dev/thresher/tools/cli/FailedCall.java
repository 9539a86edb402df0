// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.cli;

import io.grpc.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why a daemon did not answer, and what to do about it. */
final class FailedCall {
    private FailedCall() {}

    static String explain(Status status, Path socket, Duration deadline) {
        return switch (status.getCode()) {
            case UNAVAILABLE -> whyUnavailable(status, socket);
            case DEADLINE_EXCEEDED ->
                "the daemon on " + socket + " did not answer within " + Figures.age(deadline)
                        + ".\nIt hangs or is overloaded: look at its log.";
            case UNIMPLEMENTED ->
                "what serves on " + socket + " does not know this call.\n"
                        + "It is no thresher daemon, or older than this command: restart it with the installed version.";
            default ->
                "the daemon on " + socket + " failed: " + status.getDescription() + " (" + status.getCode()
                        + ").\nIts log says more.";
        };
    }

    private static String whyUnavailable(Status status, Path socket) {
        if (Files.notExists(socket)) {
            return "no daemon is running on " + socket + ": there is no such socket." + neighbours(socket)
                    + howToStart();
        }
        if (!Files.isWritable(socket)) {
            return "you may not use " + socket + ": permission denied.\n"
                    + "Run this as root or as a member of the socket's group.";
        }
        Throwable cause = status.getCause();
        if (cause == null) {
            return "the daemon on " + socket + " hung up.\nIt is stopping, or it crashed: look at its log.";
        }
        return "no daemon is running on " + socket + ": " + root(cause).getMessage() + "." + howToStart();
    }

    private static String howToStart() {
        return "\nStart it with 'thresher daemon' (see 'thresher daemon --help'), or choose another with "
                + "--instance NAME or --socket PATH.";
    }

    /** Who has one daemon under another name mostly wants that one. */
    private static String neighbours(Path socket) {
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

    private static Throwable root(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? failure : root(cause);
    }
}
