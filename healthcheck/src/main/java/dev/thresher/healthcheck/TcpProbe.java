// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.function.Consumer;

/** Passes as soon as the target accepts a connection. */
final class TcpProbe implements Probe {
    private final Dialer dialer;

    TcpProbe(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        return dialer.dial(context, (pipeline, attempt) -> pipeline.addLast(new Connected(attempt)), done);
    }

    private static final class Connected extends ChannelInboundHandlerAdapter {
        private final Attempt attempt;

        Connected(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            attempt.finish(ProbeResult.passed("connected"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            attempt.fail(cause);
        }
    }
}
