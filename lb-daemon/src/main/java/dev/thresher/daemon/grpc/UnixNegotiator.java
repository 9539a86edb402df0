// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.grpc;

import io.grpc.Attributes;
import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.ProtocolNegotiationEvent;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.netty.util.AsciiString;
import java.io.IOException;

/**
 * Plaintext over a Unix socket, with the {@link UnixPeer} among the connection's attributes. gRPC has no other way to a
 * connection's channel than the one that its own transports and xDS take, the classes that begin with Internal.
 */
final class UnixNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
    private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
            InternalProtocolNegotiators.serverPlaintext();

    @Override
    public AsciiString scheme() {
        return plaintext.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler http2) {
        ChannelHandler last = InternalProtocolNegotiators.grpcNegotiationHandler(http2);
        return InternalProtocolNegotiators.waitUntilActiveHandler(new PeerHandler(last), http2.getNegotiationLogger());
    }

    @Override
    public void close() {
        plaintext.close();
    }

    /** One step of the negotiation: adds the peer, and makes way for the next. */
    private static final class PeerHandler extends ChannelInboundHandlerAdapter {
        private final ChannelHandler next;

        PeerHandler(ChannelHandler next) {
            this.next = next;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) throws IOException {
            if (event instanceof ProtocolNegotiationEvent before) {
                PeerCredentials peer = ((EpollDomainSocketChannel) context.channel()).peerCredentials();
                Attributes attributes = InternalProtocolNegotiationEvent.getAttributes(before).toBuilder()
                        .set(UnixPeer.KEY, new UnixPeer(peer.uid(), peer.pid()))
                        .build();
                context.pipeline().replace(this, null, next);
                context.fireUserEventTriggered(InternalProtocolNegotiationEvent.withAttributes(before, attributes));
            } else {
                context.fireUserEventTriggered(event);
            }
        }

        /** Nobody is served of whom it is not known who they are. */
        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            ChannelFuture unused = context.close();
        }
    }
}
