// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

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
                byte[] answer = (new String(packet.getData(), 0, packet.getLength(), UTF_8) + name).getBytes(UTF_8);
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (SocketException e) {
            return; // closed
        } catch (IOException e) {
            throw new IllegalStateException(name + " cannot answer", e);
        }
    }

    /** Sends a word from a socket to a VIP and answers what comes back from there. */
    static String ask(DatagramSocket client, InetSocketAddress vip, String word) throws IOException {
        byte[] question = word.getBytes(UTF_8);
        client.send(new DatagramPacket(question, question.length, vip));
        DatagramPacket answer = new DatagramPacket(new byte[LONGEST], LONGEST);
        client.receive(answer);
        if (!answer.getSocketAddress().equals(vip)) {
            throw new AssertionError("the answer came from " + answer.getSocketAddress());
        }
        return new String(answer.getData(), 0, answer.getLength(), UTF_8);
    }

    @Override
    public void close() {
        socket.close();
    }
}
