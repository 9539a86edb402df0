// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslContext;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sends one HTTP/1.1 request (RFC 9112), in TLS or not, and judges the status, and the body if something is expected of it.
 * It passes or fails as soon as it has read enough for that: however long the body, no more of it is waited for.
 */
final class HttpProbe implements Probe {
    private static final String USER_AGENT = "thresher-health-check";

    /** Requests that are expected to have a body have to say that theirs is empty (RFC 9110 section 8.6). */
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final Dialer dialer;
    private final TlsLayer tls;

    /** To encode a request anew for each probe would be a tenth of what a probe costs. */
    private final Map<Target, byte[]> requests = new WeakHashMap<>();

    HttpProbe(Dialer dialer, TlsLayer tls) {
        this.dialer = dialer;
        this.tls = tls;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        ProbeKind.Http kind = (ProbeKind.Http) context.target().check().kind();
        byte[] request = requests.computeIfAbsent(context.target(), HttpProbe::request);
        return tls.whenReady(kind.tls(), false, done, ready -> dial(context, kind, request, ready, done));
    }

    private Cancellable dial(
            ProbeContext context,
            ProbeKind.Http kind,
            byte[] request,
            @Nullable SslContext ready,
            Consumer<ProbeResult> done) {
        HttpExchange exchange = kind.exchange();
        return dialer.dial(
                context,
                (pipeline, attempt) -> {
                    if (kind.tls() != null && ready != null) {
                        tls.prepare(pipeline, ready, kind.tls(), exchange.host(), context, attempt);
                    }
                    pipeline.addLast(
                            new HttpResponseDecoder(
                                    new HttpDecoderConfig().setMaxHeaderSize(HttpConversation.MAX_HEADER_BYTES)),
                            new HttpConversation(exchange, request, attempt));
                },
                done);
    }

    /** As it goes over the wire. */
    private static byte[] request(Target target) {
        HttpExchange exchange = ((ProbeKind.Http) target.check().kind()).exchange();
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.valueOf(exchange.method()), exchange.path(), Unpooled.EMPTY_BUFFER);
        String host = exchange.host();
        request.headers()
                .set(HttpHeaderNames.HOST, host == null ? target.authority() : host)
                .set(HttpHeaderNames.USER_AGENT, USER_AGENT)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        if (WITH_BODY.contains(exchange.method())) {
            request.headers().set(HttpHeaderNames.CONTENT_LENGTH, HttpHeaderValues.ZERO);
        }
        exchange.headers().forEach(request.headers()::set);
        EmbeddedChannel encoder = new EmbeddedChannel(new HttpRequestEncoder());
        encoder.writeOutbound(request);
        ByteBuf encoded = Unpooled.wrappedBuffer(encoder.outboundMessages().toArray(ByteBuf[]::new));
        byte[] bytes = ByteBufUtil.getBytes(encoded);
        encoded.release();
        return bytes;
    }
}
