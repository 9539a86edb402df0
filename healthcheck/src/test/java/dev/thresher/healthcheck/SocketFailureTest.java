// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.channel.ChannelException;
import io.netty.channel.unix.Errors;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.Test;

class SocketFailureTest {
    @Test
    void the_targets_failures_are_told_in_the_kernels_words() {
        assertEquals(
                ProbeResult.failed("connection refused"),
                SocketFailure.explain(new ConnectException(
                        "finishConnect(..) failed with error(-111): Connection refused: /10.0.0.2:80")));
        assertEquals(ProbeResult.failed("no route to host"), SocketFailure.explain(new NoRouteToHostException()));
        assertEquals(ProbeResult.failed("connection closed"), SocketFailure.explain(new ClosedChannelException()));
        assertEquals(
                ProbeResult.failed("connection reset by peer"),
                SocketFailure.explain(Errors.newIOException("recvAddress", Errors.ERRNO_ECONNRESET_NEGATIVE)));
    }

    @Test
    void a_shortage_on_this_host_is_not_held_against_the_target() {
        int tooManyOpenFiles = -24;
        assertEquals(
                ProbeResult.inconclusive("this host cannot probe: too many open files"),
                SocketFailure.explain(
                        new ChannelException(Errors.newIOException("newSocketStream", tooManyOpenFiles))));
    }

    @Test
    void the_unexpected_is_told_as_it_is() {
        assertEquals(
                ProbeResult.failed("java.lang.IllegalStateException: odd"),
                SocketFailure.explain(new IllegalStateException("odd")));
    }
}
