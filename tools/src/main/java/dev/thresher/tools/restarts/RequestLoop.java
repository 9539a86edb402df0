// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.Socket;
import java.util.function.BooleanSupplier;

/** Sends request after request to a VIP, each on a new connection, and looks at each answer. */
final class RequestLoop implements Runnable {
    private static final byte[] REQUEST = "GET / HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n".getBytes(US_ASCII);

    private final Endpoint vip;
    private final Pace pace;
    private final ClientTally tally;
    private final BooleanSupplier over;

    RequestLoop(Endpoint vip, Pace pace, ClientTally tally, BooleanSupplier over) {
        this.vip = vip;
        this.pace = pace;
        this.tally = tally;
        this.over = over;
    }

    @Override
    public void run() {
        while (!over.getAsBoolean()) {
            one();
            pace.await();
        }
    }

    private void one() {
        long start = System.nanoTime();
        try (Socket socket = vip.connect()) {
            socket.getOutputStream().write(REQUEST);
            HttpAnswer answer = HttpAnswer.read(socket.getInputStream());
            // The real server's name is the whole body.
            if (answer.status() != 200
                    || answer.real().isEmpty()
                    || !answer.body().equals(answer.real() + "\n")) {
                throw new IOException("wrong answer: " + answer);
            }
            tally.answered((System.nanoTime() - start) / 1_000_000);
        } catch (IOException e) {
            tally.failed("request to " + vip, String.valueOf(e.getMessage()));
        }
    }
}
