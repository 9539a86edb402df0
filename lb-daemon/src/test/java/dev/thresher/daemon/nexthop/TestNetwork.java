// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jnr.ffi.LibraryLoader;

/** Two network namespaces on two wires, {@code eth0} and {@code eth1} in each. */
final class TestNetwork implements AutoCloseable {
    private static final NamespaceCalls C =
            LibraryLoader.create(NamespaceCalls.class).load("libc.so.6");
    private static final int CLONE_NEWNET = 0x40000000;
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final String PREFIX = "thrn-";
    private static final int COMMAND_SECONDS = 30;

    private final String balancer = PREFIX + ProcessHandle.current().pid() + "-lb";
    private final String router = PREFIX + ProcessHandle.current().pid() + "-gw";

    TestNetwork() throws IOException {
        assertEquals(0, C.geteuid(), "these tests make network namespaces: run them as root");
        removeLeftovers();
        try {
            build();
        } catch (IOException | AssertionError e) {
            close();
            throw e;
        }
    }

    /** Runs {@code ip} with these arguments in the load balancer's namespace. */
    void inBalancer(String arguments) throws IOException {
        ip(("-n " + balancer + " " + arguments).split(" ", -1));
    }

    void inRouter(String arguments) throws IOException {
        ip(("-n " + router + " " + arguments).split(" ", -1));
    }

    /** Adds a VLAN to both ends of a wire; answers whether this kernel has VLANs, which the smallest ones have not. */
    boolean addVlan(String wire, int id) throws IOException {
        for (String namespace : List.of(balancer, router)) {
            String name = wire + "." + id;
            String added =
                    run("-n", namespace, "link", "add", "link", wire, "name", name, "type", "vlan", "id", "" + id);
            if (added.contains("Unknown device type")) {
                return false;
            }
            ip("-n", namespace, "link", "set", name, "up");
        }
        return true;
    }

    /** Runs Java code in the load balancer's namespace; threads that it starts are there too. */
    <T> T callInBalancer(Callable<T> body) throws Exception {
        return call(balancer, body);
    }

    <T> T callInRouter(Callable<T> body) throws Exception {
        return call(router, body);
    }

    @Override
    public void close() throws IOException {
        for (String namespace : List.of(balancer, router)) {
            if (Files.exists(NAMESPACES.resolve(namespace))) {
                ip("netns", "del", namespace);
            }
        }
    }

    private void build() throws IOException {
        for (String namespace : List.of(balancer, router)) {
            ip("netns", "add", namespace);
            ip("-n", namespace, "link", "set", "lo", "up");
        }
        ip("link", "add", "eth0", "netns", balancer, "type", "veth", "peer", "name", "eth0", "netns", router);
        ip("link", "add", "eth1", "netns", balancer, "type", "veth", "peer", "name", "eth1", "netns", router);
        inBalancer("addr add 198.18.0.1/24 dev eth0");
        inBalancer("addr add fd00:198:18::1/64 dev eth0 nodad");
        inBalancer("addr add 198.18.1.1/24 dev eth1");
        inBalancer("addr add fd00:198:19::1/64 dev eth1 nodad");
        inRouter("addr add 198.18.0.2/24 dev eth0");
        inRouter("addr add fd00:198:18::2/64 dev eth0 nodad");
        inRouter("addr add 198.18.1.2/24 dev eth1");
        inRouter("addr add fd00:198:19::2/64 dev eth1 nodad");
        for (String name : List.of("eth0", "eth1")) {
            inBalancer("link set " + name + " up");
            inRouter("link set " + name + " up");
        }
    }

    private static <T> T call(String namespace, Callable<T> body) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                enter(namespace);
                result.complete(body.call());
            } catch (Exception | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        thread.start();
        return result.get(2, TimeUnit.MINUTES);
    }

    private static void enter(String namespace) {
        int fd = C.open(NAMESPACES.resolve(namespace).toString(), 0);
        assertTrue(fd >= 0, "open " + namespace);
        assertEquals(0, C.setns(fd, CLONE_NEWNET), "setns " + namespace);
        C.close(fd);
    }

    /** Those of test runs that were killed. */
    private static void removeLeftovers() throws IOException {
        if (!Files.isDirectory(NAMESPACES)) {
            return;
        }
        try (DirectoryStream<Path> namespaces = Files.newDirectoryStream(NAMESPACES, PREFIX + "[0-9]*-*")) {
            for (Path namespace : namespaces) {
                String name = namespace.getFileName().toString();
                long owner = Long.parseLong(name.split("-", -1)[1]);
                if (ProcessHandle.of(owner).isEmpty()) {
                    ip("netns", "del", name);
                }
            }
        }
    }

    private static void ip(String... arguments) throws IOException {
        assertEquals("", run(arguments), () -> String.join(" ", arguments));
    }

    /** Answers what it prints: nothing, when it worked. */
    private static String run(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(0, "ip");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertTrue(process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS), () -> command + " hangs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(command + " was interrupted", e);
        }
        return process.exitValue() == 0 ? "" : "status " + process.exitValue() + ": " + output;
    }
}
