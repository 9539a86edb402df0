// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Sends an echo request (RFC 792, RFC 4443 section 4) and passes when the reply to it comes. */
final class IcmpProbe implements Probe {
    private static final int HEADER_BYTES = 8;
    private static final int PAYLOAD_BYTES = 8;

    private final Dialer dialer;

    IcmpProbe(Dialer dialer) {
        this.dialer = dialer;
    }

    @Override
    public Cancellable start(ProbeContext context, Consumer<ProbeResult> done) {
        boolean ipv4 = context.address() instanceof Inet4Address;
        long token = ThreadLocalRandom.current().nextLong();
        return dialer.dialIcmp(
                context, (pipeline, attempt) -> pipeline.addLast(new Exchange(context, ipv4, token, attempt)), done);
    }

    private static final class Exchange extends SimpleChannelInboundHandler<DatagramPacket> {
        private final ProbeContext context;
        private final boolean ipv4;
        private final long token;
        private final Attempt attempt;
        private final long startedNanos = System.nanoTime();

        Exchange(ProbeContext context, boolean ipv4, long token, Attempt attempt) {
            this.context = context;
            this.ipv4 = ipv4;
            this.token = token;
            this.attempt = attempt;
        }

        @Override
        public void channelActive(ChannelHandlerContext channel) {
            send(channel);
        }

        /** A raw socket counts as active from the start; what matters is that it is connected. */
        @Override
        public void handlerAdded(ChannelHandlerContext channel) {
            attempt.connected("waiting for the echo reply");
        }

        private void send(ChannelHandlerContext channel) {
            DatagramPacket packet = new DatagramPacket(request(), new InetSocketAddress(context.address(), 0));
            channel.writeAndFlush(packet).addListener((ChannelFutureListener) written -> {
                if (!written.isSuccess()) {
                    attempt.fail(written.cause());
                }
            });
        }

        private ByteBuf request() {
            ByteBuf packet = Unpooled.buffer(HEADER_BYTES + PAYLOAD_BYTES);
            packet.writeByte(ipv4 ? RawSockets.ECHO_REQUEST : RawSockets.ECHO_REQUEST_V6)
                    .writeByte(0)
                    .writeShort(0)
                    .writeInt((int) (token >>> 32))
                    .writeLong(token);
            // The kernel fills in the checksum of ICMPv6, which covers the addresses, and leaves that of ICMP to us.
            return ipv4 ? packet.setShort(2, checksum(packet)) : packet;
        }

        /** RFC 1071. */
        private static int checksum(ByteBuf packet) {
            int sum = 0;
            for (int at = 0; at < packet.readableBytes(); at += 2) {
                sum += packet.getUnsignedShort(at);
            }
            sum = (sum & 0xffff) + (sum >>> 16);
            return ~(sum + (sum >>> 16)) & 0xffff;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext channel, DatagramPacket packet) {
            if (isReply(packet.content())) {
                long micros = (System.nanoTime() - startedNanos) / 1000;
                attempt.finish(ProbeResult.passed("echo reply after " + micros + " us"));
            }
        }

        /** IPv4 raw sockets read the IP header, IPv6 ones do not. */
        private boolean isReply(ByteBuf packet) {
            int start = packet.readerIndex();
            int icmp = ipv4 && packet.isReadable() ? start + 4 * (packet.getByte(start) & 0x0f) : start;
            int type = ipv4 ? RawSockets.ECHO_REPLY : RawSockets.ECHO_REPLY_V6;
            return packet.writerIndex() - icmp >= HEADER_BYTES + PAYLOAD_BYTES
                    && packet.getUnsignedByte(icmp) == type
                    && packet.getInt(icmp + 4) == (int) (token >>> 32)
                    && packet.getLong(icmp + HEADER_BYTES) == token;
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext channel, Throwable cause) {
            attempt.fail(cause);
        }
    }
}
