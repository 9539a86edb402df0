// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon can be asked: for its API, and for its metrics.
 *
 * @param socket absolute path of the Unix socket
 * @param group whose members may use the socket, besides its owner; null: the group that the daemon runs as
 * @param tls where the API is served over TCP as well; null: nowhere
 * @param metrics where metrics are served over HTTP; null: nowhere
 */
public record ApiSettings(
        Path socket,
        @Nullable String group,
        @Nullable TlsListener tls,
        @Nullable ListenAddress metrics) {
    /** Longest path of a Unix socket in bytes: sun_path less the terminating zero. */
    public static final int MAX_SOCKET_LENGTH = 107;

    public ApiSettings {
        Require.that(socket.isAbsolute(), "the path of the API socket must be absolute, not " + socket);
    }

    /** A Unix socket only. */
    public ApiSettings(Path socket) {
        this(socket, null, null, null);
    }

    /** The default: {@code /run/thresher/<instance>.sock}. */
    public static ApiSettings forInstance(String instance) {
        return new ApiSettings(Path.of("/run/thresher", instance + ".sock"));
    }
}
