// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import dev.thresher.api.v1.ControlGrpc;
import dev.thresher.api.v1.ControlGrpc.ControlBlockingStub;
import dev.thresher.api.v1.GetStateRequest;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.ThresherGrpc;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.DomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A client of a daemon, by its socket. */
public final class DaemonChannel implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 30;

    private final EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    private final ManagedChannel channel;

    public DaemonChannel(Path socket) {
        channel = NettyChannelBuilder.forAddress(new DomainSocketAddress(socket.toFile()))
                .channelType(EpollDomainSocketChannel.class)
                .withOption(ChannelOption.SO_KEEPALIVE, null)
                .eventLoopGroup(loop)
                .usePlaintext()
                .overrideAuthority("localhost")
                .build();
    }

    public ManagedChannel channel() {
        return channel;
    }

    State state() {
        return ThresherGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .getState(GetStateRequest.getDefaultInstance())
                .getState();
    }

    ControlBlockingStub control() {
        return ControlGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
}
