// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.InstancePins;
import dev.thresher.bpf.KernelProgram;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.tools.lab.Launcher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A daemon as the launcher starts it, with its own options and archive of classes, on a fresh data plane. Start it inside a
 * {@link VethPair}.
 */
final class ControlledDaemon implements AutoCloseable {
    private static final int START_SECONDS = 300;
    private static final int CHANGE_SECONDS = 60;
    private static final long POLL_NANOS = 500_000;
    private static final int DESTINATION_OFFSET = 30;

    private final ControlConfig config;
    private final InstancePins pins;
    private final Thread cleanup = new Thread(this::remove);
    private final CompletableFuture<Long> ready = new CompletableFuture<>();
    private final Process process;
    private final long startNanos;

    private ControlledDaemon(ControlConfig config) {
        this.config = config;
        this.pins = new InstancePins(config.instance());
        ProcessBuilder builder = new ProcessBuilder(
                Launcher.path().toString(), "daemon", "--config", config.file().toString());
        // The benchmark's own, and none of the daemon's.
        builder.environment().remove("THRESHER_JAVA_OPTS");
        builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
        startNanos = System.nanoTime();
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new BenchException("the daemon cannot be started: " + e.getMessage(), e);
        }
        Runtime.getRuntime().addShutdownHook(cleanup);
        Thread reader = new Thread(this::readLog, "daemon-log");
        reader.setDaemon(true);
        reader.start();
    }

    /** Writes the configuration, starts the daemon and returns once it says that it is ready. */
    static ControlledDaemon start(ControlConfig config) {
        config.write(Map.of());
        ControlledDaemon daemon = new ControlledDaemon(config);
        try {
            daemon.startupNanos();
            return daemon;
        } catch (BenchException e) {
            daemon.close();
            throw e;
        }
    }

    private void readLog() {
        List<String> lines = new ArrayList<>();
        try (BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = log.readLine(); line != null; line = log.readLine()) {
                if (line.contains(" Ready: ")) {
                    ready.complete(System.nanoTime());
                }
                if (!ready.isDone()) {
                    lines.add(line);
                }
            }
        } catch (IOException e) {
            lines.add(String.valueOf(e.getMessage()));
        }
        ready.completeExceptionally(new BenchException("it ended: " + String.join("\n", lines)));
    }

    /** From the start of its process until it said that it is ready: tables, VIPs and program are in the kernel then. */
    long startupNanos() {
        try {
            return ready.get(START_SECONDS, TimeUnit.SECONDS) - startNanos;
        } catch (TimeoutException e) {
            throw new BenchException("the daemon is not ready after " + START_SECONDS + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        } catch (ExecutionException e) {
            throw new BenchException("the daemon does not start: " + e.getMessage(), e);
        }
    }

    /** Has the attached program handle a SYN to a VIP, and complains unless it sends it on. */
    void requireForwarding(int vip) {
        byte[] frame = new Traffic(Traffic.Kind.SYN_IPV4, 0, 0).frame();
        ByteBuffer packet = ByteBuffer.wrap(frame);
        packet.putInt(DESTINATION_OFFSET, packet.getInt(DESTINATION_OFFSET) + vip);
        int verdict;
        try (KernelProgram program = openProgram()) {
            verdict = program.toRun().testRun(frame).verdict();
        }
        if (verdict != Verdicts.TX) {
            throw new BenchException("a packet to VIP " + vip + " ends as " + Verdicts.name(verdict));
        }
    }

    /** Resident memory. */
    double residentMib() {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                    .filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .mapToDouble(kib -> kib / 1024.0)
                    .findFirst()
                    .orElseThrow(() -> new BenchException("the daemon has ended"));
        } catch (IOException e) {
            throw new BenchException("the daemon has ended: " + e.getMessage(), e);
        }
    }

    /** The kernel's id of each VIP's table. A table that was written is another one. */
    List<Integer> tables() {
        try (BpfMap tables = openTables()) {
            List<Integer> ids = new ArrayList<>();
            for (int vip = 0; vip < config.vips(); vip++) {
                ids.add(table(tables, vip));
            }
            return ids;
        }
    }

    /** Has the daemon read the edited file at once, and returns how long it takes until a VIP has another table. */
    long reload(int vip) {
        try (BpfMap tables = openTables()) {
            int before = table(tables, vip);
            long start = System.nanoTime();
            hangUp();
            while (table(tables, vip) == before) {
                if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(CHANGE_SECONDS)) {
                    throw new BenchException("no new table for VIP " + vip + " after " + CHANGE_SECONDS + " s");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
            return System.nanoTime() - start;
        }
    }

    private void hangUp() {
        try {
            new ProcessBuilder("kill", "-HUP", Long.toString(process.pid()))
                    .inheritIO()
                    .start();
        } catch (IOException e) {
            throw new BenchException("cannot run kill: " + e.getMessage(), e);
        }
    }

    private BpfMap openTables() {
        try (KernelProgram program = openProgram()) {
            return program.map(MapNames.TABLES).orElseThrow();
        }
    }

    private KernelProgram openProgram() {
        return KernelProgram.atWork(pins)
                .orElseThrow(() -> new BenchException("the daemon is ready, but there is no link " + pins.link()));
    }

    /** On a fresh data plane VIPs have their ids in the order of the file. */
    private static int table(BpfMap tables, int vip) {
        byte[] key = ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(vip)
                .array();
        return tables.lookup(key)
                .map(id -> ByteBuffer.wrap(id).order(ByteOrder.nativeOrder()).getInt())
                .orElse(0);
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(cleanup);
    }

    /** The daemon and its data plane. */
    private void remove() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        pins.detach();
    }
}
