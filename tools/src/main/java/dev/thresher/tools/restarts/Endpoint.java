// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A VIP as its clients see it, written {@code ADDRESS,PORT}. */
record Endpoint(InetAddress address, int port) {
    private static final int CONNECT_MILLIS = 3000;
    private static final int ANSWER_MILLIS = 10_000;

    static Endpoint parse(String text) throws IOException {
        int comma = text.lastIndexOf(',');
        return new Endpoint(
                InetAddress.getByName(text.substring(0, comma)), Integer.parseInt(text.substring(comma + 1)));
    }

    /** A new connection. Who reads from it waits for ten seconds at most. */
    Socket connect() throws IOException {
        Socket socket = new Socket();
        try {
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.connect(new InetSocketAddress(address, port), CONNECT_MILLIS);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + " port " + port;
    }
}
