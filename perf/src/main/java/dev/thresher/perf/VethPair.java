// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.CurrentThread;
import dev.thresher.bpf.NetworkInterfaces;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** Two interfaces that are each other's wire, alone in a network namespace of their own. */
final class VethPair implements AutoCloseable {
    /** Where packets are sent and come back. */
    static final String NEAR = "near";

    /** Where the program under test is. */
    static final String FAR = "far";

    private final String namespace = "thr-bench-" + ProcessHandle.current().pid();
    private final Thread cleanup = new Thread(this::remove);

    private VethPair() {}

    static VethPair create() {
        VethPair pair = new VethPair();
        Runtime.getRuntime().addShutdownHook(pair.cleanup);
        ip("netns", "add", pair.namespace);
        try {
            ip("-n", pair.namespace, "link", "add", NEAR, "type", "veth", "peer", "name", FAR);
            for (String end : new String[] {NEAR, FAR}) {
                // Without addresses the kernel sends nothing of its own.
                ip("-n", pair.namespace, "link", "set", end, "addrgenmode", "none", "up");
            }
            return pair;
        } catch (BenchException e) {
            pair.close();
            throw e;
        }
    }

    /** Runs the body on a thread that is in the namespace and on that CPU, and that ends with the body. */
    void run(int cpu, Runnable body) {
        run(() -> {
            CurrentThread.pinTo(cpu);
            body.run();
        });
    }

    /** Runs the body on a thread that is in the namespace, as are those that it starts, and that ends with the body. */
    void run(Runnable body) {
        FutureTask<?> task = new FutureTask<>(
                () -> {
                    CurrentThread.enterNetwork(Path.of("/run/netns", namespace));
                    body.run();
                },
                null);
        new Thread(task, namespace).start();
        try {
            task.get();
        } catch (ExecutionException e) {
            throw new BenchException("in namespace " + namespace + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted in namespace " + namespace, e);
        }
    }

    /** Gives an end an address, such as {@code 192.0.2.1/24}. */
    void address(String end, String address) {
        ip("-n", namespace, "address", "add", address, "dev", end);
    }

    /** The index of an end; call it inside. */
    static int indexOf(String end) {
        return NetworkInterfaces.indexOf(end).orElseThrow(() -> new BenchException("there is no interface " + end));
    }

    @Override
    public void close() {
        remove();
        Runtime.getRuntime().removeShutdownHook(cleanup);
    }

    private void remove() {
        ip("netns", "delete", namespace);
    }

    private static void ip(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "ip";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (process.waitFor() != 0) {
                throw new BenchException(String.join(" ", command) + ": " + output);
            }
        } catch (IOException e) {
            throw new BenchException("cannot run ip: install iproute2; " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted in " + String.join(" ", command), e);
        }
    }
}
