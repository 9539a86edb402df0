// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.unix.Socket;
import java.io.IOException;

/**
 * SO_MARK of a probe's socket (socket(7)). Channel options will not do: netty logs one that the kernel refuses and goes
 * on without it, and then the probe would reach another real server than the one it asks about.
 */
final class SocketMark {
    private static final int SOL_SOCKET = 1;
    private static final int SO_MARK = 36;

    private SocketMark() {}

    /**
     * Marks all packets of a socket that is not connected yet.
     *
     * @throws UnableToProbeException if they would go without
     */
    static void set(Socket socket, int mark) {
        int got;
        try {
            socket.setIntOpt(SOL_SOCKET, SO_MARK, mark);
            got = socket.getIntOpt(SOL_SOCKET, SO_MARK);
        } catch (IOException e) {
            throw new UnableToProbeException("SO_MARK " + mark + " cannot be set: " + e.getMessage(), e);
        }
        if (got != mark) {
            throw new UnableToProbeException("SO_MARK is " + got + " instead of " + mark, null);
        }
    }
}
