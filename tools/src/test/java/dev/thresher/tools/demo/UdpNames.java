// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.thresher.tools.lab.Host;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;

/** A UDP service on a real server: answers each datagram with it and the server's name, until it is closed. */
final class UdpNames implements AutoCloseable {
    private static final int LONGEST = 2000;

    private final DatagramSocket socket;
    private final String name;

    private UdpNames(DatagramSocket socket, String name) {
        this.socket = socket;
        this.name = name;
    }

    static UdpNames start(Host host, String vip, int port) {
        InetAddress address = address(vip);
        DatagramSocket socket = host.namespace().call(() -> new DatagramSocket(new InetSocketAddress(address, port)));
        UdpNames service = new UdpNames(socket, host.name());
        Thread thread = new Thread(service::serve, "udp-" + host.name());
        thread.setDaemon(true);
        thread.start();
        return service;
    }

    static InetAddress address(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private void serve() {
        try {
            while (true) {
                DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
                socket.receive(packet);
                byte[] answer = (text(packet) + name).getBytes(ISO_8859_1);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (SocketException e) {
            return; // closed
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot answer", e);
        }
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), ISO_8859_1);
    }

    /** Sends a question from a socket to a VIP and answers what comes back from there. */
    static String ask(DatagramSocket client, InetSocketAddress vip, byte[] question) throws IOException {
        client.send(new DatagramPacket(question, question.length, vip));
        DatagramPacket answer = new DatagramPacket(new byte[LONGEST], LONGEST);
        client.receive(answer);
        if (!answer.getSocketAddress().equals(vip)) {
            throw new AssertionError("the answer came from " + answer.getSocketAddress());
        }
        return text(answer);
    }

    @Override
    public void close() {
        socket.close();
    }
}
