// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.ProbeKind;
import io.netty.handler.codec.http2.Http2FrameCodecBuilder;
import io.netty.handler.ssl.SslContext;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@code grpc.health.v1.Health/Check} (the gRPC health checking protocol) over HTTP/2, in TLS or with prior knowledge
 * (RFC 9113, section 3.3), and passes when the answer is {@code SERVING}.
 */
final class GrpcProbe implements Probe {
    private static final int MAX_HEADER_BYTES = 16384;

    private final Dialer dialer;
    private final TlsLayer tls;

    GrpcProbe(Dialer dialer, TlsLayer tls) {
        this.dialer = dialer;
        this.tls = tls;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        ProbeKind.Grpc kind = (ProbeKind.Grpc) context.target().check().kind();
        return tls.whenReady(kind.tls(), true, done, ready -> dial(context, kind, ready, done));
    }

    private Cancellable dial(
            ProbeContext context, ProbeKind.Grpc kind, @Nullable SslContext ready, Consumer<ProbeResult> done) {
        return dialer.dial(
                context,
                (pipeline, attempt) -> {
                    if (kind.tls() != null && ready != null) {
                        tls.prepare(pipeline, ready, kind.tls(), kind.host(), context, attempt);
                    }
                    Http2FrameCodecBuilder codec = Http2FrameCodecBuilder.forClient();
                    codec.initialSettings().maxHeaderListSize(MAX_HEADER_BYTES).pushEnabled(false);
                    pipeline.addLast(codec.build(), new GrpcConversation(kind, context.target(), attempt));
                },
                done);
    }
}
