// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Host;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A NAT device between a client and a VIP that forgets, on request, from which port it sent: what happens to QUIC
 * connections of mobile phones.
 */
final class Rebinding implements AutoCloseable {
    private static final int LONGEST = 2000;

    private final Host host;
    private final InetSocketAddress vip;
    private final DatagramSocket inside;
    private volatile DatagramSocket outside;
    private volatile @Nullable SocketAddress client;

    Rebinding(Host host, InetSocketAddress vip) {
        this.host = host;
        this.vip = vip;
        this.inside = host.namespace()
                .call(() -> new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)));
        this.outside = open();
        run(this::carryOut);
    }

    /** Where the client sends to. */
    InetSocketAddress address() {
        return (InetSocketAddress) inside.getLocalSocketAddress();
    }

    /** From now on packets come from another port, and what comes to the old one is lost. */
    void rebind() {
        DatagramSocket old = outside;
        outside = open();
        old.close();
    }

    private DatagramSocket open() {
        DatagramSocket socket = host.namespace().call(() -> new DatagramSocket());
        run(() -> carryIn(socket));
        return socket;
    }

    private static void run(Runnable body) {
        Thread thread = new Thread(body, "nat");
        thread.setDaemon(true);
        thread.start();
    }

    private void carryOut() {
        while (!inside.isClosed()) {
            DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
            try {
                inside.receive(packet);
                client = packet.getSocketAddress();
                packet.setSocketAddress(vip);
                outside.send(packet);
            } catch (SocketException e) {
                continue; // one of the two was closed: with it the packet is lost
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void carryIn(DatagramSocket from) {
        while (!from.isClosed()) {
            DatagramPacket packet = new DatagramPacket(new byte[LONGEST], LONGEST);
            try {
                from.receive(packet);
                packet.setSocketAddress(client);
                inside.send(packet);
            } catch (SocketException e) {
                continue;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public void close() {
        inside.close();
        outside.close();
    }
}
