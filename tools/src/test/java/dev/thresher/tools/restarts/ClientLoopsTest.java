// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that would not notice a failure would prove nothing. */
@Timeout(30)
class ClientLoopsTest {
    private static final String NAMES_ITSELF = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nX-Real: real1\r\n\r\nreal1\n";
    private static final String CREATED = "HTTP/1.1 201 Created\r\nx-real: real1\r\n\r\n";

    @TempDir
    private Path reals = Path.of("");

    private final ServerSocket listener;
    private final Endpoint vip;
    private final ClientTally tally = new ClientTally(new TcpCounters(0, 0));

    ClientLoopsTest() throws IOException {
        InetAddress here = InetAddress.getLoopbackAddress();
        listener = new ServerSocket(0, 1, here);
        vip = new Endpoint(here, listener.getLocalPort());
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
    }

    /** What the server does with the one connection that there will be. */
    private interface Server {
        void serve(Socket connection) throws IOException;
    }

    private ClientReading request(Server server) throws Exception {
        return run(new RequestLoop(vip, new Pace(Duration.ZERO), tally, answers(false, true)), server);
    }

    /** Of two chunks. */
    private ClientReading upload(Server server) throws Exception {
        return run(uploadLoop(answers(false, false, false, true, true)), server);
    }

    private UploadLoop uploadLoop(BooleanSupplier over) {
        return new UploadLoop(vip, reals, Duration.ofSeconds(10), Duration.ofSeconds(10), tally, over);
    }

    private ClientReading run(Runnable loop, Server server) throws InterruptedException, ExecutionException {
        FutureTask<Void> serving = new FutureTask<>(() -> {
            try (Socket connection = listener.accept()) {
                server.serve(connection);
            }
            return null;
        });
        new Thread(serving, "server").start();
        loop.run();
        serving.get();
        return tally.reading(new TcpCounters(0, 0));
    }

    /** Whether it is over, each time that somebody asks. */
    private static BooleanSupplier answers(Boolean... answers) {
        Iterator<Boolean> next = List.of(answers).iterator();
        return next::next;
    }

    private static String readHead(Socket connection) throws IOException {
        StringBuilder head = new StringBuilder();
        InputStream in = connection.getInputStream();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    private static void answer(Socket connection, String text) throws IOException {
        connection.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    private static void reset(Socket connection) throws IOException {
        connection.setSoLinger(true, 0);
    }

    private static void assertFailed(String reason, ClientReading reading) {
        assertEquals(1, reading.failed());
        assertEquals(0, reading.requests() + reading.uploads());
        assertTrue(reading.failures().get(0).contains(reason), reading::toString);
    }

    @Test
    void answerOfARealServer_counts() throws Exception {
        ClientReading reading = request(connection -> {
            readHead(connection);
            answer(connection, NAMES_ITSELF);
        });
        assertEquals(1, reading.requests());
        assertEquals(0, reading.failed(), reading::toString);
    }

    @Test
    void reset_isAFailure() throws Exception {
        assertFailed("Connection reset", request(connection -> {
            readHead(connection);
            reset(connection);
        }));
    }

    @Test
    void endWithoutAnAnswer_isAFailure() throws Exception {
        assertFailed("closed without an answer", request(ClientLoopsTest::readHead));
    }

    @Test
    void halfAnAnswer_isAFailure() throws Exception {
        assertFailed("wrong answer", request(connection -> {
            readHead(connection);
            answer(connection, NAMES_ITSELF.substring(0, NAMES_ITSELF.length() - 3));
        }));
    }

    @Test
    void answerOfSomebodyElse_isAFailure() throws Exception {
        assertFailed("wrong answer", request(connection -> {
            readHead(connection);
            answer(connection, NAMES_ITSELF.replace("X-Real: real1", "X-Real: real2"));
        }));
    }

    @Test
    void nobodyWhoListens_isAFailure() throws IOException {
        listener.close();
        new RequestLoop(vip, new Pace(Duration.ZERO), tally, answers(false, true)).run();
        assertFailed("Connection refused", tally.reading(new TcpCounters(0, 0)));
    }

    /** As nginx does: the body, without the marks between its chunks, in a file of that name. */
    private void store(Socket connection, byte spoilt) throws IOException {
        String name = readHead(connection).split(" ", 3)[1];
        InputStream in = connection.getInputStream();
        Path folder = Files.createDirectories(reals.resolve("real1/files/upload"));
        try (var file = Files.newOutputStream(folder.resolve(name.substring(name.lastIndexOf('/') + 1)))) {
            for (int length = chunk(in); length > 0; length = chunk(in)) {
                byte[] bytes = in.readNBytes(length);
                bytes[0] ^= spoilt;
                file.write(bytes);
                in.skipNBytes(2);
            }
            in.skipNBytes(2);
        }
        answer(connection, CREATED);
    }

    private static int chunk(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        while (line.indexOf("\r\n") < 0) {
            line.append((char) in.read());
        }
        return Integer.parseInt(line.toString().strip(), 16);
    }

    @Test
    void uploadThatArrives_counts() throws Exception {
        ClientReading reading = upload(connection -> store(connection, (byte) 0));
        assertEquals(1, reading.uploads(), reading::toString);
        assertEquals(0, reading.failed());
        assertEquals(2 * (16 << 10), reading.uploadedBytes());
        assertEquals(0, reading.uploadsUnderway());
    }

    @Test
    void uploadThatArrivesSpoilt_isAFailure() throws Exception {
        assertFailed("is not what was sent", upload(connection -> store(connection, (byte) 1)));
    }

    @Test
    void uploadThatIsReset_isAFailure() throws Exception {
        ClientReading reading = run(uploadLoop(answers(false, true, true)), connection -> {
            readHead(connection);
            reset(connection);
        });
        assertEquals(1, reading.failed());
        assertEquals(0, reading.uploads());
    }

    @Test
    void uploadThatNobodyTakes_isGivenUp() throws Exception {
        UploadLoop loop = uploadLoop(answers(false, true, true));
        ClientReading reading = run(loop, connection -> {
            readHead(connection);
            loop.giveUpIfStuck(Duration.ZERO); // as the watchdog does after a while
        });
        assertEquals(1, reading.failed(), reading::toString);
    }
}
