// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.nio.file.Path;

/**
 * Where the daemon serves its API.
 *
 * @param socket absolute path of the Unix socket
 */
public record ApiSettings(Path socket) {
    /** Longest path of a Unix socket in bytes: sun_path less the terminating zero. */
    public static final int MAX_SOCKET_LENGTH = 107;

    public ApiSettings {
        Require.that(socket.isAbsolute(), "the path of the API socket must be absolute, not " + socket);
    }

    /** The default: {@code /run/thresher/<instance>.sock}. */
    public static ApiSettings forInstance(String instance) {
        return new ApiSettings(Path.of("/run/thresher", instance + ".sock"));
    }
}
