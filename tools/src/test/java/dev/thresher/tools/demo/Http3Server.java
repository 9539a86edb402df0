// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.http3.DefaultHttp3DataFrame;
import io.netty.handler.codec.http3.DefaultHttp3HeadersFrame;
import io.netty.handler.codec.http3.Http3;
import io.netty.handler.codec.http3.Http3DataFrame;
import io.netty.handler.codec.http3.Http3HeadersFrame;
import io.netty.handler.codec.http3.Http3RequestStreamInboundHandler;
import io.netty.handler.codec.http3.Http3ServerConnectionHandler;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionIdGenerator;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/** An HTTP/3 server that answers every request with a name: QUIC as browsers speak it. */
final class Http3Server implements AutoCloseable {
    private static final int IDLE_SECONDS = 30;
    private static final int STREAM_BYTES = 1_000_000;
    private static final int STREAMS = 100;

    private final Channel channel;

    private Http3Server(Channel channel) {
        this.channel = channel;
    }

    /**
     * Starts to listen. The socket is the calling thread's, so it is in that thread's network namespace.
     *
     * @param connectionIds what the server names its connections, and clients write on each packet
     */
    static Http3Server start(
            EventLoopGroup group,
            InetSocketAddress address,
            Certificate certificate,
            QuicConnectionIdGenerator connectionIds,
            String name) {
        ChannelHandler codec = Http3.newQuicServerCodecBuilder()
                .sslContext(QuicSslContextBuilder.forServer(certificate.key(), null, certificate.certificate())
                        .applicationProtocols(Http3.supportedApplicationProtocols())
                        .build())
                .maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
                .initialMaxData(STREAM_BYTES)
                .initialMaxStreamDataBidirectionalLocal(STREAM_BYTES)
                .initialMaxStreamDataBidirectionalRemote(STREAM_BYTES)
                .initialMaxStreamsBidirectional(STREAMS)
                .localConnectionIdLength(connectionIds.maxConnectionIdLength())
                .connectionIdAddressGenerator(connectionIds)
                .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                .handler(new ChannelInitializer<QuicChannel>() {
                    @Override
                    protected void initChannel(QuicChannel connection) {
                        connection.pipeline().addLast(new Http3ServerConnectionHandler(requests(name)));
                    }
                })
                .build();
        return new Http3Server(new Bootstrap()
                .group(group)
                .channel(NioDatagramChannel.class)
                .handler(codec)
                .bind(address)
                .syncUninterruptibly()
                .channel());
    }

    private static ChannelHandler requests(String name) {
        return new ChannelInitializer<QuicStreamChannel>() {
            @Override
            protected void initChannel(QuicStreamChannel stream) {
                stream.pipeline().addLast(new Answerer(name));
            }
        };
    }

    @Override
    public void close() {
        channel.close().syncUninterruptibly();
    }

    private static final class Answerer extends Http3RequestStreamInboundHandler {
        private final String name;

        Answerer(String name) {
            this.name = name;
        }

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3HeadersFrame frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        protected void channelRead(ChannelHandlerContext ctx, Http3DataFrame frame) {
            ReferenceCountUtil.release(frame);
        }

        @Override
        protected void channelInputClosed(ChannelHandlerContext ctx) {
            Http3HeadersFrame headers = new DefaultHttp3HeadersFrame();
            headers.headers().status("200").addInt("content-length", name.length());
            ChannelFuture unused = ctx.write(headers);
            ctx.writeAndFlush(new DefaultHttp3DataFrame(Unpooled.copiedBuffer(name, UTF_8)))
                    .addListener(QuicStreamChannel.SHUTDOWN_OUTPUT);
        }
    }
}
