// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.thresher.config.IpText;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/** Loopback addresses, and ports on which something is wrong before any byte is read. */
final class Loopback {
    private Loopback() {}

    /** The loopback address that {@code text} names; a host without IPv6 skips the test. */
    static InetAddress address(String text) throws SocketException {
        InetAddress address = IpText.parse(text);
        assumeTrue(NetworkInterface.getByInetAddress(address) != null, () -> text + " is not configured");
        return address;
    }

    /** A port on which nothing listens. */
    static int refusingPort(InetAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            return socket.getLocalPort();
        }
    }

    /** A port that leaves SYNs unanswered: somebody listens, accepts nothing, and the queue is full. */
    static final class BlackHole implements AutoCloseable {
        private static final int CONNECT_MILLIS = 300;

        private final ServerSocket listener;
        private final List<Socket> queued = new ArrayList<>();

        BlackHole(InetAddress address) throws IOException {
            listener = new ServerSocket(0, 1, address);
            while (queueAnother()) {
                assumeTrue(queued.size() < 64, "the kernel queues without end");
            }
        }

        private boolean queueAnother() throws IOException {
            Socket socket = new Socket();
            try {
                socket.connect(new InetSocketAddress(listener.getInetAddress(), port()), CONNECT_MILLIS);
                queued.add(socket);
                return true;
            } catch (SocketTimeoutException e) {
                socket.close();
                return false;
            }
        }

        int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : queued) {
                socket.close();
            }
            listener.close();
        }
    }
}
