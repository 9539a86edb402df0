// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import dev.thresher.config.ProbeKind;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.util.function.Consumer;

/** Sends one datagram and passes when an answer comes that contains what is expected. Other answers are passed over. */
final class UdpProbe implements Probe {
    private final Dialer dialer;

    UdpProbe(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        ProbeKind.Udp kind = (ProbeKind.Udp) context.target().check().kind();
        return dialer.dialDatagrams(
                context, (pipeline, attempt) -> pipeline.addLast(new Exchange(kind, context, attempt)), done);
    }

    private static final class Exchange extends SimpleChannelInboundHandler<DatagramPacket> {
        private final ProbeKind.Udp kind;
        private final ProbeContext context;
        private final Attempt attempt;

        Exchange(ProbeKind.Udp kind, ProbeContext context, Attempt attempt) {
            this.kind = kind;
            this.context = context;
            this.attempt = attempt;
        }

        @Override
        public void channelActive(ChannelHandlerContext channel) {
            attempt.connected("waiting for the answer");
            DatagramPacket packet =
                    new DatagramPacket(Unpooled.wrappedBuffer(kind.send().bytes()), context.destination());
            channel.writeAndFlush(packet).addListener((ChannelFutureListener) written -> {
                if (!written.isSuccess()) {
                    attempt.fail(written.cause());
                }
            });
        }

        @Override
        protected void channelRead0(ChannelHandlerContext channel, DatagramPacket packet) {
            int length = packet.content().readableBytes();
            if (kind.receive() == null) {
                attempt.finish(ProbeResult.passed("answer of " + length + " bytes"));
                return;
            }
            ByteBuf wanted = Unpooled.wrappedBuffer(kind.receive().bytes());
            if (ByteBufUtil.indexOf(wanted, packet.content()) >= 0) {
                attempt.finish(ProbeResult.passed("answer of " + length + " bytes, as expected"));
            } else {
                attempt.connected("waiting for an answer that contains \"" + kind.receive() + "\"");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
            attempt.fail(cause);
        }
    }
}
