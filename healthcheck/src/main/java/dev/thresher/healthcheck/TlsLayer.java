// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.IpText;
import dev.thresher.config.TlsSettings;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * Puts TLS under a probe's conversation, which sees its connection become active when the handshake has succeeded. The
 * arithmetic of handshakes runs on other threads: it takes milliseconds, and no probe may hold up another.
 */
final class TlsLayer {
    private final TlsContexts contexts = new TlsContexts();
    private final Executor arithmetic;
    private final Clock clock;

    /** The port is only a name under which a session is kept: a new one each time, and none is resumed. */
    private int session;

    /** @param clock tells how soon a certificate ends */
    TlsLayer(Executor arithmetic, Clock clock) {
        this.arithmetic = arithmetic;
        this.clock = clock;
    }

    /**
     * Adds TLS to a pipeline that is still empty.
     *
     * @param host the host that the conversation is about, with or without a port; null for the address probed
     * @throws UnableToProbeException if this host cannot do what the settings ask for
     */
    void prepare(
            ChannelPipeline pipeline,
            TlsSettings settings,
            @Nullable String host,
            ProbeContext context,
            Attempt attempt) {
        prepare(pipeline, settings, serverName(settings, host), context, attempt, false);
    }

    /** The same for HTTP/2. */
    void prepareHttp2(
            ChannelPipeline pipeline,
            TlsSettings settings,
            @Nullable String host,
            ProbeContext context,
            Attempt attempt) {
        prepare(pipeline, settings, serverName(settings, host), context, attempt, true);
    }

    private void prepare(
            ChannelPipeline pipeline,
            TlsSettings settings,
            @Nullable String name,
            ProbeContext context,
            Attempt attempt,
            boolean http2) {
        String peer = name == null ? IpText.format(context.address()) : name;
        session = (session + 1) & 0xffff;
        SslHandler handler =
                contexts.of(settings, http2).newHandler(ByteBufAllocator.DEFAULT, peer, session, arithmetic);
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
