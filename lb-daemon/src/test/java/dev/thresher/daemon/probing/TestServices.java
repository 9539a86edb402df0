// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/**
 * What a real server offers, in the network namespace of the thread that makes it: HTTP that answers 200, and UDP that sends
 * back what it gets, marked as an answer where DNS looks for the mark.
 */
final class TestServices implements AutoCloseable {
    private static final int ANSWER = 0x80;

    private final HttpServer http;
    private final DatagramSocket udp;

    TestServices() throws IOException {
        http = HttpServer.create(new InetSocketAddress("::", 0), 128);
        http.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        http.start();
        // Answers have to come from the VIP: a socket of its own, not one of any address.
        udp = new DatagramSocket(0, InetAddress.getByName(ProbeNetwork.VIP4));
        Thread echo = new Thread(this::echo, "echo");
        echo.setDaemon(true);
        echo.start();
    }

    int httpPort() {
        return http.getAddress().getPort();
    }

    int udpPort() {
        return udp.getLocalPort();
    }

    private void echo() {
        byte[] bytes = new byte[2048];
        while (true) {
            DatagramPacket packet = new DatagramPacket(bytes, bytes.length);
            try {
                udp.receive(packet);
                bytes[2] |= (byte) ANSWER;
                udp.send(packet);
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    @Override
    public void close() {
        http.stop(0);
        udp.close();
    }
}
