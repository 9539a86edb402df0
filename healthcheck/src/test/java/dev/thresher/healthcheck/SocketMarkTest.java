// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class SocketMarkTest {
    private static final IntegerUnixChannelOption SO_MARK = new IntegerUnixChannelOption("SO_MARK", 1, 36);

    @Test
    void the_kernel_has_the_mark_before_anything_is_connected() {
        assumeTrue(ProcessHandle.current().info().user().orElse("").equals("root"), "marks are for root");
        List<Channel> channels = List.of(
                new EpollDatagramChannel(),
                new EpollDatagramChannel(RawSockets.openIcmp(true)),
                new EpollDatagramChannel(RawSockets.openIcmp(false)));
        for (Channel channel : channels) {
            SocketMark.set((Socket) ((UnixChannel) channel).fd(), 0x7468);
            assertEquals(0x7468, channel.config().getOption(SO_MARK));
            channel.unsafe().closeForcibly();
        }
    }

    @Test
    void a_socket_that_cannot_be_marked_is_refused() throws IOException {
        Socket closed = Socket.newSocketStream();
        closed.close();
        assertThrows(UnableToProbeException.class, () -> SocketMark.set(closed, 1));
    }

    @Test
    void a_missing_mark_is_not_held_against_the_target() {
        assertEquals(
                ProbeResult.inconclusive("this host cannot probe: SO_MARK is 0 instead of 1"),
                SocketFailure.explain(new UnableToProbeException("SO_MARK is 0 instead of 1", null)));
    }
}
