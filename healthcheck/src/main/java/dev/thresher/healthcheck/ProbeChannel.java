// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import io.netty.buffer.ByteBuf;
import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.epoll.EpollIoOps;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * A probe's TCP connection. Netty's own channel makes twenty system calls for one request and its answer, this one a
 * fraction of them: it borrows a {@link ProbeSocket}, and asks the kernel for nothing that nobody wants to know. It reads as
 * long as it is open.
 */
final class ProbeChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    /** Little of an answer is read, so that large reads would only cost memory. */
    private static final int READ_BYTES = 4096;

    /** Then it is the turn of others, however much there is to read. */
    private static final int MAX_READS = 16;

    private static final int MAX_BUFFERS = 64;
    private static final int EPOLLHUP = 0x10;
    private static final RecvByteBufAllocator SIZES = new FixedRecvByteBufAllocator(READ_BYTES);

    private final SocketPool pool;
    private final ProbeSocket socket;
    private final ChannelConfig config = new Config(this);
    private @Nullable InetSocketAddress destination;
    private @Nullable ChannelPromise connecting;
    private boolean active;
    private boolean open = true;
    private boolean reusable;

    /** @param pool takes {@code socket} back if all goes well */
    ProbeChannel(SocketPool pool, ProbeSocket socket) {
        super(null);
        this.pool = pool;
        this.socket = socket;
    }

    private static final class Config extends DefaultChannelConfig {
        Config(ProbeChannel channel) {
            super(channel, SIZES);
        }
    }

    /** Sets SO_MARK for this connection. */
    void mark(int mark) {
        socket.mark(mark);
    }

    /** Says that the connection did what it was for: when it is closed, its socket may serve another one. */
    void succeeded() {
        reusable = active;
    }

    /** Takes what epoll says of the socket. */
    void ready(EpollIoOps ops) {
        boolean hungUp = (ops.value() & EPOLLHUP) != 0;
        boolean failed = hungUp || ops.contains(EpollIoOps.EPOLLERR);
        if (connecting != null) {
            finishConnect(connecting, failed, hungUp);
        } else if (active && !failed && ops.contains(EpollIoOps.EPOLLOUT)) {
            ((Unsafe) unsafe()).flush0();
        }
        if (active && (failed || ops.contains(EpollIoOps.EPOLLIN) || ops.contains(EpollIoOps.EPOLLRDHUP))) {
            read(0);
        }
    }

    private void finishConnect(ChannelPromise promise, boolean failed, boolean hungUp) {
        if (failed) {
            try {
                socket.finishConnect();
            } catch (IOException e) {
                connecting = null;
                promise.tryFailure(((Unsafe) unsafe()).annotated(e, destination));
                unsafe().close(voidPromise());
                return;
            }
            if (hungUp) {
                return; // That was the socket's last connection: one that has failed says why.
            }
        }
        connecting = null;
        active = true;
        promise.trySuccess();
        pipeline().fireChannelActive();
    }

    /** Reads what there is. Events come once, so that what is left has to be remembered. */
    private void read(int before) {
        try {
            for (int reads = before; active; reads++) {
                if (reads - before == MAX_READS) {
                    pipeline().fireChannelReadComplete();
                    eventLoop().execute(() -> read(0));
                    return;
                }
                ByteBuf buffer = alloc().ioBuffer(READ_BYTES, READ_BYTES);
                int length = receive(buffer);
                if (length <= 0) {
                    buffer.release();
                    pipeline().fireChannelReadComplete();
                    if (length < 0) {
                        unsafe().close(voidPromise());
                    }
                    return;
                }
                pipeline().fireChannelRead(buffer);
            }
        } catch (IOException e) {
            pipeline().fireChannelReadComplete();
            pipeline().fireExceptionCaught(e);
            unsafe().close(voidPromise());
        }
    }

    private int receive(ByteBuf buffer) throws IOException {
        try {
            ByteBuffer space = buffer.internalNioBuffer(0, READ_BYTES);
            int length = socket.receive(space);
            buffer.writerIndex(Math.max(0, length));
            return length;
        } catch (IOException e) {
            buffer.release();
            throw e;
        }
    }

    /** In one call, and so in one packet, if there is room: some servers judge a client by its first one. */
    @Override
    protected void doWrite(ChannelOutboundBuffer outbound) throws Exception {
        while (!outbound.isEmpty()) {
            ByteBuffer[] buffers = outbound.nioBuffers(MAX_BUFFERS, Integer.MAX_VALUE);
            int count = outbound.nioBufferCount();
            long sent = count == 0 ? 0 : socket.send(buffers, count);
            if (sent == 0 && count > 0) {
                return; // Until there is room again.
            }
            outbound.removeBytes(sent);
        }
    }

    /** The kernel is given addresses outside the heap only. */
    @Override
    protected Object filterOutboundMessage(Object message) {
        if (!(message instanceof ByteBuf buffer)) {
            throw new UnsupportedOperationException("only bytes are sent, not a " + message.getClass());
        }
        if (buffer.isDirect() && buffer.nioBufferCount() == 1) {
            return buffer;
        }
        ByteBuf copy = alloc().directBuffer(Math.max(1, buffer.readableBytes()));
        copy.writeBytes(buffer, buffer.readerIndex(), buffer.readableBytes());
        buffer.release();
        return copy;
    }

    @Override
    protected void doRegister(ChannelPromise promise) {
        try {
            socket.lendTo(this, eventLoop());
            promise.setSuccess();
        } catch (IOException e) {
            promise.setFailure(e);
        }
    }

    @Override
    protected void doBeginRead() {
        // It always reads.
    }

    @Override
    protected void doShutdownOutput() throws Exception {
        socket.shutdownOutput();
    }

    @Override
    protected void doClose() throws Exception {
        open = false;
        active = false;
        if (connecting != null) {
            connecting.tryFailure(new ClosedChannelException());
            connecting = null;
        }
        if (reusable) {
            pool.giveBack(socket);
        } else {
            socket.destroy();
        }
    }

    @Override
    protected void doDisconnect() throws Exception {
        doClose();
    }

    @Override
    protected void doBind(SocketAddress local) {
        throw new UnsupportedOperationException("the kernel chooses where a probe comes from");
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return loop instanceof IoEventLoop io && io.isCompatible(ProbeSocket.class);
    }

    @Override
    protected @Nullable SocketAddress localAddress0() {
        return open ? socket.localAddress() : null;
    }

    @Override
    protected @Nullable SocketAddress remoteAddress0() {
        return active ? destination : null;
    }

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return active;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new Unsafe();
    }

    private final class Unsafe extends AbstractUnsafe {
        @Override
        public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
            if (!promise.setUncancellable() || !ensureOpen(promise)) {
                return;
            }
            InetSocketAddress wanted = (InetSocketAddress) remote;
            destination = wanted;
            try {
                boolean connected = socket.connect(wanted);
                connecting = promise;
                if (connected) {
                    finishConnect(promise, false, false);
                }
            } catch (IOException e) {
                safeSetFailure(promise, annotated(e, remote));
            }
        }

        /** Goes on with what the kernel had no room for. */
        @Override
        protected void flush0() {
            super.flush0();
        }

        Throwable annotated(IOException failure, @Nullable SocketAddress remote) {
            return remote == null ? failure : annotateConnectException(failure, remote);
        }
    }
}
