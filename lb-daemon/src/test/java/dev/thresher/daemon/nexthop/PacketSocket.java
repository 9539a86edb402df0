// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static dev.thresher.daemon.nexthop.NativeSockets.C;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.function.Predicate;

/** Whole frames out of and into one interface of the thread's network namespace (man 7 packet). */
final class PacketSocket implements AutoCloseable {
    private static final int AF_PACKET = 17;
    private static final int SOCK_RAW = 3;
    private static final int MSG_DONTWAIT = 0x40;
    private static final short ETH_P_ALL = 3;
    // struct sockaddr_ll: family, protocol, interface; then what only answers have
    private static final int ADDRESS_LENGTH = 20;
    private static final int BUFFER_LENGTH = 65536;

    private final int fd;
    private final Wakeup wakeup;
    private final ByteBuffer buffer = NativeSockets.allocate(BUFFER_LENGTH);

    PacketSocket(String interfaceName) throws IOException {
        int ifindex = InterfaceMac.named(interfaceName).getIndex();
        short protocol = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Short.reverseBytes(ETH_P_ALL) : ETH_P_ALL;
        wakeup = Wakeup.open();
        fd = NativeSockets.check(C.socket(AF_PACKET, SOCK_RAW, protocol & 0xffff), "open a packet socket");
        ByteBuffer address = ByteBuffer.allocate(ADDRESS_LENGTH)
                .order(ByteOrder.nativeOrder())
                .putShort(0, (short) AF_PACKET)
                .putShort(2, protocol)
                .putInt(4, ifindex);
        NativeSockets.check(C.bind(fd, address, ADDRESS_LENGTH), "bind a packet socket to " + interfaceName);
    }

    void send(byte[] frame) throws IOException {
        NativeSockets.check((int) C.send(fd, ByteBuffer.wrap(frame), frame.length, 0), "send a frame");
    }

    /** The first frame that is as wanted. */
    byte[] await(Predicate<byte[]> wanted, Duration patience) throws IOException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError("no such frame in " + patience);
            }
            boolean unused = wakeup.await(fd, (int) (left / 1_000_000) + 1);
            buffer.clear();
            long length = C.recv(fd, buffer, BUFFER_LENGTH, MSG_DONTWAIT);
            if (length > 0) {
                byte[] frame = new byte[(int) length];
                buffer.get(0, frame);
                if (wanted.test(frame)) {
                    return frame;
                }
            }
        }
    }

    @Override
    public void close() {
        wakeup.close();
        C.close(fd);
    }
}
