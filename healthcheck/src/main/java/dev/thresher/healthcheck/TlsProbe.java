// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.ProbeKind;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import java.util.Objects;
import java.util.function.Consumer;

/** Passes when the TLS handshake has succeeded. */
final class TlsProbe implements Probe {
    private final Dialer dialer;
    private final TlsLayer tls;

    TlsProbe(Dialer dialer, TlsLayer tls) {
        this.dialer = dialer;
        this.tls = tls;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        ProbeKind.Tls kind = (ProbeKind.Tls) context.target().check().kind();
        return tls.whenReady(
                kind.tls(),
                false,
                done,
                ready -> dialer.dial(
                        context,
                        (pipeline, attempt) -> {
                            tls.prepare(pipeline, Objects.requireNonNull(ready), kind.tls(), null, context, attempt);
                            pipeline.addLast(new Secured(attempt));
                        },
                        done));
    }

    private static final class Secured extends ChannelInboundHandlerAdapter {
        private final Attempt attempt;

        Secured(Attempt attempt) {
            this.attempt = attempt;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            SslHandler handler = Objects.requireNonNull(context.pipeline().get(SslHandler.class));
            String protocol = handler.engine().getSession().getProtocol();
            attempt.finish(ProbeResult.passed("TLS handshake done, " + protocol));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            attempt.fail(cause);
        }
    }
}
