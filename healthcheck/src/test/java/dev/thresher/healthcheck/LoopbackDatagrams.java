// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** A UDP server that answers each datagram with others. */
final class LoopbackDatagrams implements AutoCloseable {
    private final DatagramSocket socket;
    private final Thread thread;

    /** @param answers makes the answers to a datagram; none for silence */
    LoopbackDatagrams(InetAddress address, Function<byte[], List<byte[]>> answers) throws SocketException {
        socket = new DatagramSocket(0, address);
        thread = new Thread(() -> serve(answers), "loopback-datagrams");
        thread.start();
    }

    private void serve(Function<byte[], List<byte[]>> answers) {
        DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
        try {
            while (true) {
                socket.receive(packet);
                byte[] request = Arrays.copyOf(packet.getData(), packet.getLength());
                for (byte[] answer : answers.apply(request)) {
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            }
        } catch (IOException e) {
            socket.close(); // The test has closed it.
        }
    }

    int port() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        socket.close();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
