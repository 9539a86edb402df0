// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

/** A network namespace that has a name under /run/netns, as {@code ip netns} makes them. */
public record Namespace(String name) {
    private static final Path ALL = Path.of("/run/netns");
    private static final int O_RDONLY_CLOEXEC = 02000000;

    /** Namespaces whose names begin with the prefix, sorted. */
    public static List<Namespace> startingWith(String prefix) {
        if (!Files.isDirectory(ALL)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(ALL)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .map(Namespace::new)
                    .toList();
        } catch (IOException e) {
            throw new LabException("cannot list " + ALL + ": " + e.getMessage(), e);
        }
    }

    /** The file that holds the namespace open. */
    public Path file() {
        return ALL.resolve(name);
    }

    /** Whether it is there. */
    public boolean exists() {
        return Files.exists(file());
    }

    /** Makes it. */
    public void create() {
        Shell.run("ip", "netns", "add", name);
    }

    /** Removes its name; it goes with the last process in it. */
    public void delete() {
        Shell.run("ip", "netns", "delete", name);
    }

    /** The command line that runs a command in here. Not {@code ip netns exec}: that hides bpffs. */
    public List<String> command(List<String> command) {
        List<String> all = new ArrayList<>(List.of("nsenter", "--net=" + file(), "--"));
        all.addAll(command);
        return all;
    }

    /** Runs a command in here that has to succeed. */
    public String run(String... command) {
        return Shell.attempt("", command(List.of(command))).outOrThrow();
    }

    /** Applies lines in the syntax of {@code ip}, all in one process. */
    void ip(List<String> lines) {
        Shell.Result result = Shell.attempt(String.join("\n", lines) + "\n", command(List.of("ip", "-batch", "-")));
        if (result.exit() != 0) {
            throw new LabException(
                    "ip in namespace " + name + ": " + result.err().strip());
        }
    }

    /** Pids of the processes in here. */
    public List<Long> pids() {
        Object inode = inode(file());
        if (inode.equals(-1L)) {
            return List.of();
        }
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> inode.equals(inode(Path.of("/proc/" + pid + "/ns/net"))))
                .sorted()
                .toList();
    }

    private static Object inode(Path file) {
        try {
            return Files.getAttribute(file, "unix:ino");
        } catch (IOException e) {
            return -1L; // it has just ended, or is a kernel thread
        }
    }

    /**
     * Runs the body on a thread that is in this namespace and ends with the body. The body must start no threads or
     * processes of its own: they would stay in the namespace. Sockets that it opens stay, too, whoever uses them.
     */
    public <T> T call(Callable<T> body) {
        FutureTask<T> task = new FutureTask<>(() -> {
            enter();
            return body.call();
        });
        new Thread(task, "in-" + name).start();
        try {
            return task.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new LabException("in namespace " + name + ": " + cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted in namespace " + name, e);
        }
    }

    private void enter() {
        int fd = Libc.INSTANCE.open(file().toString(), O_RDONLY_CLOEXEC);
        if (fd < 0) {
            throw new LabException("cannot open " + file() + ": errno " + Libc.lastError());
        }
        int result = Libc.INSTANCE.setns(fd, Libc.CLONE_NEWNET);
        int errno = Libc.lastError();
        Libc.INSTANCE.close(fd);
        if (result != 0) {
            throw new LabException("cannot enter " + file() + ": errno " + errno);
        }
    }
}
