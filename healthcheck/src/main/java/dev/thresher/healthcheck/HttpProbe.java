// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestEncoder;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.ReferenceCountUtil;
import java.util.function.Consumer;

/**
 * Sends one HTTP/1.1 GET (RFC 9112) and judges the status. It passes or fails as soon as the headers are complete: however
 * long the body, none of it is waited for.
 */
final class HttpProbe implements Probe {
    private static final String USER_AGENT = "thresher-health-check";
    private static final int MAX_HEADER_BYTES = 16384;

    private final Dialer dialer;

    HttpProbe(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public Cancellable start(Target target, Consumer<ProbeResult> done) {
        FullHttpRequest request = request(target);
        return dialer.dial(
                target,
                (pipeline, attempt) -> pipeline.addLast(
                        new HttpRequestEncoder(),
                        new HttpResponseDecoder(new HttpDecoderConfig().setMaxHeaderSize(MAX_HEADER_BYTES)),
                        new Exchange(target, request, attempt)),
                done);
    }

    private static FullHttpRequest request(Target target) {
        FullHttpRequest request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.GET, target.check().path(), Unpooled.EMPTY_BUFFER);
        String host = target.check().host();
        request.headers()
                .set(HttpHeaderNames.HOST, host == null ? target.authority() : host)
                .set(HttpHeaderNames.USER_AGENT, USER_AGENT)
                .set(HttpHeaderNames.ACCEPT, "*/*")
                .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
        return request;
    }

    private static final class Exchange extends ChannelInboundHandlerAdapter {
        private final Target target;
        private final FullHttpRequest request;
        private final Attempt attempt;

        Exchange(Target target, FullHttpRequest request, Attempt attempt) {
            this.target = target;
            this.request = request;
            this.attempt = attempt;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            attempt.connected("waiting for the HTTP answer");
            context.writeAndFlush(request).addListener((ChannelFutureListener) written -> {
                if (!written.isSuccess()) {
                    attempt.fail(written.cause());
                }
            });
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            try {
                if (message instanceof HttpResponse response && !isInterim(response)) {
                    attempt.finish(judge(response));
                }
            } finally {
                ReferenceCountUtil.release(message);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            attempt.finish(closedEarly());
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            attempt.fail(cause);
        }

        /** "100 Continue" and its like announce the answer proper; "101 Switching Protocols" is one. */
        private static boolean isInterim(HttpResponse response) {
            return response.decoderResult().isSuccess()
                    && response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                    && response.status().code() != 101;
        }

        private ProbeResult judge(HttpResponse response) {
            Throwable flaw = response.decoderResult().cause();
            if (flaw instanceof PrematureChannelClosureException) {
                return closedEarly();
            }
            if (flaw instanceof TooLongHttpHeaderException) {
                return ProbeResult.failed("HTTP headers longer than " + MAX_HEADER_BYTES + " bytes");
            }
            if (flaw != null || !response.protocolVersion().protocolName().equals("HTTP")) {
                return ProbeResult.failed("malformed HTTP answer");
            }
            int status = response.status().code();
            return target.check().expect().contains(status)
                    ? ProbeResult.passed("HTTP " + status)
                    : ProbeResult.failed(
                            "HTTP " + status + ", expected " + target.check().expect());
        }

        private static ProbeResult closedEarly() {
            return ProbeResult.failed("connection closed before the HTTP answer was complete");
        }
    }
}
