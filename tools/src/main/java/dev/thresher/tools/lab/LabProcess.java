// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A process of the lab, under the name that people know it by. */
public record LabProcess(String name, long pid) {
    static final String DAEMON = "daemon";

    private static final Duration TERM_PATIENCE = Duration.ofSeconds(8);
    private static final Duration KILL_PATIENCE = Duration.ofSeconds(5);
    private static final String DAEMON_CLASS = "dev.thresher.daemon.Main";

    /** What runs on a host. */
    public static List<LabProcess> on(Host host) {
        return host.namespace().pids().stream().map(LabProcess::of).toList();
    }

    private static LabProcess of(long pid) {
        Path proc = Path.of("/proc", Long.toString(pid));
        try {
            boolean daemon = List.of(Files.readString(proc.resolve("cmdline")).split("\0"))
                    .contains(DAEMON_CLASS);
            return new LabProcess(
                    daemon ? DAEMON : Files.readString(proc.resolve("comm")).strip(), pid);
        } catch (IOException e) {
            return new LabProcess("ended", pid);
        }
    }

    /**
     * Starts a command on a host that outlives this process and its terminal. What it says goes to the log.
     */
    static Process start(Host host, List<String> command, Path log) {
        List<String> detached = new ArrayList<>(List.of("setsid"));
        detached.addAll(host.namespace().command(command));
        try {
            return new ProcessBuilder(detached)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new LabException("cannot start " + command.get(0) + " on " + host.name() + ": " + e.getMessage(), e);
        }
    }

    /** Ends processes: those that do not heed SIGTERM by SIGKILL. */
    static void stopAll(Collection<Long> pids) {
        if (!terminate(pids)) {
            alive(pids).forEach(LabProcess::kill);
        }
    }

    /** Asks processes to end; whether all have ended within some seconds. */
    static boolean terminate(Collection<Long> pids) {
        signal(pids, ProcessHandle::destroy);
        return Await.until(TERM_PATIENCE, () -> alive(pids).findAny().isEmpty());
    }

    /** Ends a process as a crash would; it has ended when this returns. */
    static void kill(long pid) {
        List<Long> one = List.of(pid);
        signal(one, ProcessHandle::destroyForcibly);
        Await.until(KILL_PATIENCE, () -> alive(one).findAny().isEmpty());
    }

    private static void signal(Collection<Long> pids, Consumer<ProcessHandle> signal) {
        for (long pid : pids) {
            ProcessHandle.of(pid).ifPresent(signal);
        }
    }

    private static Stream<Long> alive(Collection<Long> pids) {
        return pids.stream().filter(pid -> ProcessHandle.of(pid).isPresent() && !isZombie(pid));
    }

    /** An ended process whose parent has not asked for its exit status yet. Its threads may end later, and its sockets with them. */
    private static boolean isZombie(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] threads = Path.of("/proc/" + pid + "/task").toFile().list();
            return stat.startsWith("Z", stat.lastIndexOf(')') + 2) && (threads == null || threads.length <= 1);
        } catch (IOException e) {
            return true;
        }
    }
}
