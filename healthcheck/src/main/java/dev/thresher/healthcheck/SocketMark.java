// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.Channel;
import io.netty.channel.unix.IntegerUnixChannelOption;

/**
 * SO_MARK of a probe's socket (socket(7)). Bootstrap options will not do: netty logs one that the kernel refuses and goes
 * on without it, and then the probe would reach another real server than the one it asks about.
 */
final class SocketMark {
    private static final IntegerUnixChannelOption OPTION = new IntegerUnixChannelOption("SO_MARK", 1, 36);

    private SocketMark() {}

    /**
     * Marks all packets of a socket that is not connected yet.
     *
     * @throws UnableToProbeException if they would go without
     */
    static void set(Channel channel, int mark) {
        if (mark == ProbeRoute.NO_MARK) {
            return;
        }
        Integer got;
        try {
            channel.config().setOption(OPTION, mark);
            got = channel.config().getOption(OPTION);
        } catch (RuntimeException e) {
            throw new UnableToProbeException("SO_MARK " + mark + " cannot be set: " + e.getMessage(), e);
        }
        if (got == null || got != mark) {
            throw new UnableToProbeException("SO_MARK is " + got + " instead of " + mark, null);
        }
    }
}
