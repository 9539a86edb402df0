// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server program of the distribution, on a loopback address that no other process of this host uses. */
final class ServerProgram implements AutoCloseable {
    private final Process process;

    private ServerProgram(Process process) {
        this.process = process;
    }

    /** One for each process, so that a port which is free on it stays free. */
    static InetAddress address() throws IOException {
        long pid = ProcessHandle.current().pid();
        byte[] address = {127, (byte) (64 + (pid >> 16 & 63)), (byte) (pid >> 8), (byte) pid};
        return InetAddress.getByAddress(address);
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, address())) {
            return socket.getLocalPort();
        }
    }

    /**
     * Starts one that stays in the foreground, and waits until it accepts connections.
     *
     * @param directory takes what it writes
     */
    static ServerProgram start(Path directory, int port, List<String> command) throws IOException {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        ServerProgram program = new ServerProgram(process);
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!accepts(port)) {
            if (!process.isAlive() || System.nanoTime() > end) {
                program.close();
                throw new IOException(command.get(0) + " does not serve: " + Files.readString(output));
            }
        }
        return program;
    }

    private static boolean accepts(int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(address(), port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Stops it as a debugger would: the kernel goes on accepting connections for it. */
    void freeze() throws Exception {
        signal("STOP");
    }

    void thaw() throws Exception {
        signal("CONT");
    }

    private void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertTrue(kill.waitFor(20, TimeUnit.SECONDS) && kill.exitValue() == 0, "kill -" + name);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
