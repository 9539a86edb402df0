// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;

/** TLS with the certificates of the moment; gRPC's own takes them once and for all. */
final class TlsNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    private final TlsFiles files;
    private final AsciiString scheme;

    TlsNegotiator(TlsFiles files) {
        this.files = files;
        scheme = InternalProtocolNegotiators.serverTls(files.context()).scheme();
    }

    @Override
    public AsciiString scheme() {
        return scheme;
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
        return InternalProtocolNegotiators.serverTls(files.context()).newHandler(http2);
    }

    @Override
    public void close() {}
}
