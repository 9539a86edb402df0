// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says in the kernel's own words why a socket failed, and whether that is the target's doing. */
final class SocketFailure {
    /** Netty's native transport: "finishConnect(..) failed with error(-111): Connection refused: /10.0.0.2:80". */
    private static final Pattern ERRNO = Pattern.compile("error\\(-(\\d+)\\): ([^:]+)");

    /**
     * EPERM (this host's packet filter), EAGAIN, ENOMEM, ENFILE, EMFILE, ENOSPC (epoll's watches), EAFNOSUPPORT (no IPv6),
     * EADDRNOTAVAIL, ENOBUFS: this host does not let the packet out, or lacks something. The numbers are Linux's ABI.
     */
    private static final Set<Integer> OURS = Set.of(1, 11, 12, 23, 24, 28, 97, 99, 105);

    /**
     * The same, and EACCES, ENETUNREACH, EHOSTUNREACH. From connect(2) itself, before any packet: this host has no route, or one that
     * forbids. Later: the answer of a router or of the neighbour discovery, so the target cannot be reached.
     */
    private static final Set<Integer> OURS_AT_ONCE = Set.of(1, 11, 12, 13, 23, 24, 28, 97, 99, 101, 105, 113);

    private SocketFailure() {}

    /** Why a socket failed that had been used already, or was being connected. */
    static ProbeResult explain(Throwable failure) {
        return explain(failure, OURS);
    }

    /** Why a socket could not be made, or not even begin to connect. */
    static ProbeResult explainAtOnce(Throwable failure) {
        return explain(failure, OURS_AT_ONCE);
    }

    private static ProbeResult explain(Throwable failure, Set<Integer> ours) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnableToProbeException) {
                return ProbeResult.inconclusive("this host cannot probe: " + cause.getMessage());
            }
            if (cause instanceof ClosedChannelException) {
                return ProbeResult.failed("connection closed");
            }
            ProbeResult explained = explainErrno(cause.getMessage(), ours);
            if (explained != null) {
                return explained;
            }
            if (cause instanceof NoRouteToHostException) {
                return ProbeResult.failed("no route to host");
            }
        }
        return ProbeResult.failed(failure.toString());
    }

    private static @Nullable ProbeResult explainErrno(@Nullable String message, Set<Integer> ours) {
        Matcher matcher = ERRNO.matcher(message == null ? "" : message);
        if (!matcher.find()) {
            return null;
        }
        String text = matcher.group(2).toLowerCase(Locale.ROOT);
        return ours.contains(Integer.valueOf(matcher.group(1)))
                ? ProbeResult.inconclusive("this host cannot probe: " + text)
                : ProbeResult.failed(text);
    }
}
