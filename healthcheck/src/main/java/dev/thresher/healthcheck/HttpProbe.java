// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HttpExchange;
import dev.thresher.config.ProbeKind;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpVersion;
import java.util.function.Consumer;

/**
 * Sends one HTTP/1.1 request (RFC 9112), in TLS or not, and judges the status, and the body if something is expected of it.
 * It passes or fails as soon as it has read enough for that: however long the body, no more of it is waited for.
 */
final class HttpProbe implements Probe {
    private static final String USER_AGENT = "thresher-health-check";

    private final Dialer dialer;
    private final TlsLayer tls;

    HttpProbe(Dialer dialer, TlsLayer tls) {
        this.dialer = dialer;
        this.tls = tls;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        ProbeKind.Http kind = (ProbeKind.Http) context.target().check().kind();
        HttpExchange exchange = kind.exchange();
        FullHttpRequest request = request(context, exchange);
        return dialer.dial(
                context,
                (pipeline, attempt) -> {
                    if (kind.tls() != null) {
                        tls.prepare(pipeline, kind.tls(), exchange.host(), context, attempt);
                    }
                    pipeline.addLast(
                            new HttpRequestEncoder(),
                            new HttpResponseDecoder(
                                    new HttpDecoderConfig().setMaxHeaderSize(HttpConversation.MAX_HEADER_BYTES)),
                            new HttpConversation(exchange, request, attempt));
                },
                done);
    }

    private static FullHttpRequest request(ProbeContext context, HttpExchange exchange) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.valueOf(exchange.method()), exchange.path(), Unpooled.EMPTY_BUFFER);
        String host = exchange.host();
        request.headers()
                .set(HttpHeaderNames.HOST, host == null ? context.target().authority() : host)
                .set(HttpHeaderNames.USER_AGENT, USER_AGENT)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        exchange.headers().forEach(request.headers()::set);
        return request;
    }
}
