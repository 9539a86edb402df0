// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Uploads file after file to a VIP, slowly, so that each connection lives through many changes; and looks whether each has
 * arrived byte by byte at the real server that says so.
 */
final class UploadLoop implements Runnable {
    private static final int CHUNK_BYTES = 16 << 10;
    private static final Duration CHUNK_INTERVAL = Duration.ofMillis(100);
    private static final String END = "\r\n";

    private final Endpoint vip;
    private final Path reals;
    private final Duration first;
    private final Duration length;
    private final ClientTally tally;
    private final BooleanSupplier over;
    private final Random random = new Random();
    private int sequence;

    // Written by the thread of this loop, read by who looks for those that are stuck.
    private volatile @Nullable Socket socket;
    private volatile long progressNanos = System.nanoTime();

    /**
     * Makes a loop.
     *
     * @param reals the folder with the real servers' folders
     * @param first how long the first upload takes, so that several loops do not all begin anew at once
     * @param length how long the others take
     */
    UploadLoop(Endpoint vip, Path reals, Duration first, Duration length, ClientTally tally, BooleanSupplier over) {
        this.vip = vip;
        this.reals = reals;
        this.first = first;
        this.length = length;
        this.tally = tally;
        this.over = over;
    }

    @Override
    public void run() {
        while (!over.getAsBoolean()) {
            String name =
                    "steady-" + ProcessHandle.current().pid() + "-" + System.identityHashCode(this) + "-" + sequence++;
            try {
                one(name, sequence == 1 ? first : length);
                tally.arrived();
            } catch (IOException e) {
                tally.failed("upload to " + vip, String.valueOf(e.getMessage()));
            }
        }
    }

    private void one(String name, Duration time) throws IOException {
        try (Socket connected = vip.connect()) {
            progressNanos = System.nanoTime();
            socket = connected;
            tally.uploadBegun();
            byte[] sent;
            try {
                sent = send(connected.getOutputStream(), name, time);
            } finally {
                tally.uploadEnded();
                socket = null;
            }
            HttpAnswer answer = HttpAnswer.read(connected.getInputStream());
            if (answer.status() != 201 || !answer.real().matches("real\\d+")) {
                throw new IOException("wrong answer: " + answer);
            }
            Path arrived = reals.resolve(answer.real()).resolve("files/upload").resolve(name);
            boolean whole = Arrays.equals(sent, digest(arrived));
            Files.delete(arrived);
            if (!whole) {
                throw new IOException("what arrived at " + answer.real() + " is not what was sent");
            }
        }
    }

    private byte[] send(OutputStream out, String name, Duration time) throws IOException {
        MessageDigest sent = sha256();
        String head = "PUT /upload/" + name + " HTTP/1.1" + END + "Host: lab" + END + "Connection: close" + END
                + "Transfer-Encoding: chunked" + END + END;
        out.write(head.getBytes(US_ASCII));
        byte[] chunk = new byte[CHUNK_BYTES];
        byte[] chunkHead = (Integer.toHexString(CHUNK_BYTES) + END).getBytes(US_ASCII);
        long start = System.nanoTime();
        Pace pace = new Pace(CHUNK_INTERVAL);
        while (!over.getAsBoolean() && System.nanoTime() - start < time.toNanos()) {
            random.nextBytes(chunk);
            out.write(chunkHead);
            out.write(chunk);
            out.write(END.getBytes(US_ASCII));
            sent.update(chunk);
            tally.sent(CHUNK_BYTES);
            progressNanos = System.nanoTime();
            pace.await();
        }
        out.write(("0" + END + END).getBytes(US_ASCII));
        return sent.digest();
    }

    /** Closes a connection that has taken nothing for so long: a write has no time limit of its own. */
    void giveUpIfStuck(Duration patience) {
        Socket current = socket;
        if (current == null || System.nanoTime() - progressNanos < patience.toNanos()) {
            return;
        }
        try {
            current.close(); // its write ends in an error, which is counted
        } catch (IOException e) {
            tally.failed("upload to " + vip, "stuck, and cannot be closed: " + e.getMessage());
        }
    }

    private static byte[] digest(Path file) throws IOException {
        MessageDigest digest = sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return digest.digest();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }
}
