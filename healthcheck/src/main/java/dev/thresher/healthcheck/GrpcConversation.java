// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.ProbeKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2DataFrame;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersFrame;
import io.netty.handler.codec.http2.Http2ChannelDuplexHandler;
import io.netty.handler.codec.http2.Http2DataFrame;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2FrameStream;
import io.netty.handler.codec.http2.Http2GoAwayFrame;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2HeadersFrame;
import io.netty.handler.codec.http2.Http2ResetFrame;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;

/** One call of {@code Check} on a connection of its own. */
final class GrpcConversation extends Http2ChannelDuplexHandler {
    private static final String PATH = "/grpc.health.v1.Health/Check";
    private static final String HTTP2 = "h2";
    private static final String OK = "200";

    private final ProbeKind.Grpc kind;
    private final Target target;
    private final Attempt attempt;
    private final ByteBuf message = Unpooled.buffer();

    GrpcConversation(ProbeKind.Grpc kind, Target target, Attempt attempt) {
        this.kind = kind;
        this.target = target;
        this.attempt = attempt;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        SslHandler ssl = context.pipeline().get(SslHandler.class);
        if (ssl != null && !HTTP2.equals(ssl.applicationProtocol())) {
            attempt.finish(ProbeResult.failed("the server does not offer HTTP/2 in its TLS handshake (ALPN)"));
            return;
        }
        attempt.connected("waiting for the gRPC answer");
        Http2FrameStream stream = newStream();
        ChannelFuture unused = context.write(new DefaultHttp2HeadersFrame(request()).stream(stream));
        ByteBuf body = Unpooled.wrappedBuffer(HealthMessages.request(kind.service()));
        context.writeAndFlush(new DefaultHttp2DataFrame(body, true).stream(stream))
                .addListener((ChannelFutureListener) written -> {
                    if (!written.isSuccess()) {
                        exceptionCaught(context, written.cause());
                    }
                });
    }

    private Http2Headers request() {
        String host = kind.host();
        return new DefaultHttp2Headers()
                .method("POST")
                .scheme(kind.tls() == null ? "http" : "https")
                .path(PATH)
                .authority(host == null ? target.authority() : host)
                .add("content-type", "application/grpc")
                .add("te", "trailers")
                .add("user-agent", "thresher-health-check");
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object frame) {
        try {
            if (frame instanceof Http2HeadersFrame headers) {
                read(headers.headers(), headers.isEndStream());
            } else if (frame instanceof Http2DataFrame data) {
                read(data);
            } else if (frame instanceof Http2ResetFrame reset) {
                attempt.finish(ProbeResult.failed("the server reset the call, HTTP/2 error " + reset.errorCode()));
            } else if (frame instanceof Http2GoAwayFrame away) {
                attempt.finish(ProbeResult.failed("the server ended HTTP/2, error " + away.errorCode()));
            }
        } finally {
            ReferenceCountUtil.release(frame);
        }
    }

    private void read(Http2Headers headers, boolean last) {
        CharSequence status = headers.status();
        if (status != null && !OK.contentEquals(status)) {
            attempt.finish(ProbeResult.failed("HTTP " + status + ", not gRPC"));
        } else if (last) {
            attempt.finish(judge(headers.get("grpc-status"), headers.get("grpc-message")));
        }
    }

    private void read(Http2DataFrame data) {
        if (message.readableBytes() + data.content().readableBytes() > HealthMessages.MAX_BYTES) {
            attempt.finish(ProbeResult.failed("gRPC answer longer than " + HealthMessages.MAX_BYTES + " bytes"));
            return;
        }
        message.writeBytes(data.content());
        if (data.isEndStream()) {
            attempt.finish(ProbeResult.failed("the gRPC answer ended without a status"));
        }
    }

    private ProbeResult judge(@Nullable CharSequence status, @Nullable CharSequence text) {
        if (status == null) {
            return ProbeResult.failed("the gRPC answer ended without a status");
        }
        if (!"0".contentEquals(status)) {
            return ProbeResult.failed("gRPC status " + status + (text == null ? "" : ": " + text));
        }
        return HealthMessages.judge(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        attempt.finish(ProbeResult.failed("connection closed while waiting for the gRPC answer"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof Http2Exception) {
            attempt.finish(ProbeResult.failed("the answer is not HTTP/2"));
        } else {
            attempt.fail(cause);
        }
    }
}
