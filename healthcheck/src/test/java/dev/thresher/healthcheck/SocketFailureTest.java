// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.healthcheck.ProbeResult.Outcome;
import io.netty.channel.ChannelException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.nio.channels.ClosedChannelException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketFailureTest {
    /** Netty asks its native part for the names of errors. */
    @BeforeAll
    static void load() {
        Epoll.ensureAvailability();
    }

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

    private static Throwable errno(int number) {
        return Errors.newIOException("connect", -number);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 11, 12, 23, 24, 28, 97, 99, 105})
    void what_this_host_does_not_let_out_is_not_held_against_the_target(int number) {
        assertEquals(Outcome.INCONCLUSIVE, SocketFailure.explain(errno(number)).outcome());
        assertEquals(
                Outcome.INCONCLUSIVE, SocketFailure.explainAtOnce(errno(number)).outcome());
    }

    @ParameterizedTest
    @ValueSource(ints = {13, 101, 113})
    void no_route_is_our_trouble_before_the_first_packet_and_the_targets_after_it(int number) {
        assertEquals(
                Outcome.INCONCLUSIVE, SocketFailure.explainAtOnce(errno(number)).outcome());
        assertEquals(Outcome.FAILED, SocketFailure.explain(errno(number)).outcome());
    }

    @Test
    void a_refused_connection_is_the_targets_failure_however_soon_it_comes() {
        assertEquals(Outcome.FAILED, SocketFailure.explainAtOnce(errno(111)).outcome());
    }
}
