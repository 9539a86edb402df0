// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The daemon as its users start it: a process, which speaks through its exit status and standard error. */
final class DaemonProcess implements AutoCloseable {
    private static final int PATIENCE_SECONDS = 40;

    private final Process process;
    private final BufferedReader log;
    private final List<String> lines = new ArrayList<>();

    private DaemonProcess(Process process) {
        this.process = process;
        this.log = process.inputReader(StandardCharsets.UTF_8);
    }

    /** {@code prefix} is what comes before the command itself: who runs it, and where. */
    static DaemonProcess start(Path config, String... prefix) throws IOException {
        List<String> command = new ArrayList<>(List.of(prefix));
        command.add(Path.of(System.getProperty("java.home"), "bin/java").toString());
        command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.addAll(List.of(Main.class.getName(), "--config", config.toString()));
        return new DaemonProcess(
                new ProcessBuilder(command).redirectErrorStream(true).start());
    }

    /** Reads the log up to the line that says that packets are being balanced. */
    DaemonProcess awaitReady() throws IOException {
        awaitLine("Ready: ");
        return this;
    }

    /** Reads the log up to a line with this text; answers that line. */
    String awaitLine(String text) throws IOException {
        String line;
        while ((line = log.readLine()) != null) {
            lines.add(line);
            if (line.contains(text)) {
                return line;
            }
        }
        throw new AssertionError("the daemon ended without \"" + text + "\": " + output());
    }

    void hangup() throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-HUP", Long.toString(pid())).start().waitFor();
    }

    /** Waits for the end; the status that it ended with. */
    int awaitEnd() throws IOException, InterruptedException {
        log.lines().forEach(lines::add);
        assertTrue(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS), () -> "it goes on: " + output());
        return process.exitValue();
    }

    int terminate() throws IOException, InterruptedException {
        // Process.destroy would also close the stream that is yet to be read.
        process.toHandle().destroy();
        return awaitEnd();
    }

    /** The end that leaves no time to clean up. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    long pid() {
        return process.pid();
    }

    /** All that was read so far. */
    String output() {
        return String.join("\n", lines);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
