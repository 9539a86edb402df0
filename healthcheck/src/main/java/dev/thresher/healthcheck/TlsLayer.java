// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.IpText;
import dev.thresher.config.TlsSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoop;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Puts TLS under a probe's conversation, which sees its connection become active when the handshake has succeeded. The
 * arithmetic of handshakes runs on other threads: it takes milliseconds, and no probe may hold up another.
 */
final class TlsLayer {
    private final TlsPreparations preparations;
    private final Executor arithmetic;
    private final Clock clock;

    /** The port is only a name under which a session is kept: a new one each time, and none is resumed. */
    private int session;

    /**
     * @param arithmetic runs that of handshakes
     * @param files reads certificates, which may block
     * @param clock tells how soon a certificate ends
     */
    TlsLayer(EventLoop eventLoop, Executor arithmetic, Executor files, Clock clock) {
        this.preparations = new TlsPreparations(eventLoop, files);
        this.arithmetic = arithmetic;
        this.clock = clock;
    }

    /**
     * Makes TLS ready and then dials, so that no probe waits for another one's files, nor counts that time as its own. If
     * this host cannot do what the settings ask for the result is inconclusive.
     *
     * @param http2 whether to ask for HTTP/2 (ALPN)
     * @param dial begins the probe proper; null settings need nothing and dial with null
     */
    Cancellable whenReady(
            @Nullable TlsSettings settings,
            boolean http2,
            Consumer<ProbeResult> done,
            Function<@Nullable SslContext, Cancellable> dial) {
        return settings == null ? dial.apply(null) : preparations.whenReady(settings, http2, done, dial);
    }

    /**
     * Adds TLS to a pipeline that is still empty.
     *
     * @param ready what {@link #whenReady} made
     * @param host the host that the conversation is about, with or without a port; null for the address probed
     */
    void prepare(
            ChannelPipeline pipeline,
            SslContext ready,
            TlsSettings settings,
            @Nullable String host,
            ProbeContext context,
            Attempt attempt) {
        String name = serverName(settings, host);
        String peer = name == null ? IpText.format(context.address()) : name;
        session = (session + 1) & 0xffff;
        SslHandler handler = ready.newHandler(
                ByteBufAllocator.DEFAULT, peer, session, task -> attempt.runElsewhere(arithmetic, task));
        SSLParameters parameters = handler.engine().getSSLParameters();
        parameters.setServerNames(name == null ? List.of() : List.of(new SNIHostName(name)));
        handler.engine().setSSLParameters(parameters);
        handler.setHandshakeTimeoutMillis(0); // The attempt's own timer covers it.
        pipeline.addLast(handler, new Handshake(handler, settings, attempt, clock));
    }

    /** The name to ask for; null if there is only an address, which TLS has no server names for. */
    private static @Nullable String serverName(TlsSettings settings, @Nullable String host) {
        if (settings.serverName() != null || host == null || host.startsWith("[")) {
            return settings.serverName();
        }
        String name = host.replaceFirst(":\\d*$", "");
        boolean numeric = name.chars().allMatch(c -> c == '.' || c == ':' || Character.digit(c, 16) >= 0)
                && (name.indexOf(':') >= 0 || name.chars().allMatch(c -> c == '.' || Character.isDigit(c)));
        return numeric ? null : name;
    }

    /** Holds the news of the connection back until the handshake is over. */
    private static final class Handshake extends ChannelInboundHandlerAdapter {
        private final SslHandler handler;
        private final TlsSettings settings;
        private final Attempt attempt;
        private final Clock clock;

        Handshake(SslHandler handler, TlsSettings settings, Attempt attempt, Clock clock) {
            this.handler = handler;
            this.settings = settings;
            this.attempt = attempt;
            this.clock = clock;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            attempt.connected("waiting for the TLS handshake");
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent completion)) {
                context.fireUserEventTriggered(event);
            } else if (completion.isSuccess()) {
                warnOfExpiry();
                context.fireChannelActive();
            } else {
                TlsFailure.tell(completion.cause(), attempt);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            if (handler.handshakeFuture().isSuccess()) {
                context.fireChannelInactive();
            } else {
                attempt.finish(ProbeResult.failed("connection closed while waiting for the TLS handshake"));
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            TlsFailure.tell(cause, attempt);
        }

        private void warnOfExpiry() {
            Certificate first;
            try {
                first = handler.engine().getSession().getPeerCertificates()[0];
            } catch (SSLPeerUnverifiedException e) {
                return; // A cipher without certificates: nothing can expire.
            }
            if (first instanceof X509Certificate certificate) {
                Duration left = Duration.between(
                        clock.instant(), certificate.getNotAfter().toInstant());
                if (left.compareTo(settings.expiryWarning()) < 0) {
                    attempt.warn(expiry(left, certificate));
                }
            }
        }

        private static String expiry(Duration left, X509Certificate certificate) {
            String end = " (" + certificate.getNotAfter().toInstant() + ")";
            if (left.isNegative()) {
                return "the certificate has expired" + end;
            }
            String span = left.toDays() > 1 ? left.toDays() + " days" : left.toHours() + " hours";
            return "the certificate ends in " + span + end;
        }
    }
}
