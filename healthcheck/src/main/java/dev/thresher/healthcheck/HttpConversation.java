// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.HttpExchange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One request and its answer, until the answer is known to be right or wrong. */
final class HttpConversation extends ChannelInboundHandlerAdapter {
    static final int MAX_HEADER_BYTES = 16384;

    private static final int SWITCHING_PROTOCOLS = 101;

    private final HttpExchange exchange;
    private final byte[] request;
    private final Attempt attempt;

    /** The answer's status once it has been found to be right and the body is being looked at. */
    private @Nullable String status;

    private @Nullable TextSearch search;

    HttpConversation(HttpExchange exchange, byte[] request, Attempt attempt) {
        this.exchange = exchange;
        this.request = request;
        this.attempt = attempt;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        attempt.connected("waiting for the HTTP answer");
        context.writeAndFlush(context.alloc().ioBuffer(request.length).writeBytes(request))
                .addListener((ChannelFutureListener) written -> {
                    if (!written.isSuccess()) {
                        attempt.fail(written.cause());
                    }
                });
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        try {
            if (message instanceof HttpResponse response && status == null && !isInterim(response)) {
                judge(response);
            }
            if (message instanceof HttpContent content && search != null) {
                judge(content, search);
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
                && response.status().code() != SWITCHING_PROTOCOLS;
    }

    private void judge(HttpResponse response) {
        Throwable flaw = response.decoderResult().cause();
        int code = response.status().code();
        if (flaw instanceof PrematureChannelClosureException) {
            attempt.finish(closedEarly());
        } else if (flaw instanceof TooLongHttpHeaderException) {
            attempt.finish(ProbeResult.failed("HTTP headers longer than " + MAX_HEADER_BYTES + " bytes"));
        } else if (flaw != null || !response.protocolVersion().protocolName().equals("HTTP")) {
            attempt.finish(ProbeResult.failed("malformed HTTP answer"));
        } else if (!exchange.expect().contains(code)) {
            attempt.finish(ProbeResult.failed("HTTP " + code + ", expected " + exchange.expect()));
        } else if (exchange.body() == null) {
            attempt.finish(ProbeResult.passed("HTTP " + code));
        } else {
            status = "HTTP " + code;
            search = new TextSearch(exchange.body(), HttpExchange.MAX_BODY_BYTES);
            attempt.connected("waiting for the HTTP body");
        }
    }

    private void judge(HttpContent content, TextSearch body) {
        ByteBuf bytes = content.content();
        String quoted = "\"" + exchange.body() + "\"";
        if (body.findIn(bytes)) {
            attempt.finish(ProbeResult.passed(status + ", body contains " + quoted));
        } else if (body.isExhausted()) {
            attempt.finish(ProbeResult.failed(status + ", but the first " + HttpExchange.MAX_BODY_BYTES
                    + " bytes of the body do not contain " + quoted));
        } else if (content.decoderResult().isFailure()) {
            boolean early = content.decoderResult().cause() instanceof PrematureChannelClosureException;
            attempt.finish(early ? closedEarly() : ProbeResult.failed("malformed HTTP answer"));
        } else if (content instanceof LastHttpContent) {
            attempt.finish(ProbeResult.failed(status + ", but the body does not contain " + quoted));
        }
    }

    private static ProbeResult closedEarly() {
        return ProbeResult.failed("connection closed before the HTTP answer was complete");
    }
}
