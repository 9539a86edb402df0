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

    /** ENOMEM, ENFILE, EMFILE, EADDRNOTAVAIL, ENOBUFS: this host has run out of something. The numbers are Linux's ABI. */
    private static final Set<Integer> OURS = Set.of(12, 23, 24, 99, 105);

    private SocketFailure() {}

    static ProbeResult explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnableToProbeException) {
                return ProbeResult.inconclusive("this host cannot probe: " + cause.getMessage());
            }
            if (cause instanceof NoRouteToHostException) {
                return ProbeResult.failed("no route to host");
            }
            if (cause instanceof ClosedChannelException) {
                return ProbeResult.failed("connection closed");
            }
            ProbeResult explained = explainErrno(cause.getMessage());
            if (explained != null) {
                return explained;
            }
        }
        return ProbeResult.failed(failure.toString());
    }

    private static @Nullable ProbeResult explainErrno(@Nullable String message) {
        Matcher matcher = ERRNO.matcher(message == null ? "" : message);
        if (!matcher.find()) {
            return null;
        }
        String text = matcher.group(2).toLowerCase(Locale.ROOT);
        boolean ours = OURS.contains(Integer.valueOf(matcher.group(1)));
        return ours ? ProbeResult.inconclusive("this host cannot probe: " + text) : ProbeResult.failed(text);
    }
}
