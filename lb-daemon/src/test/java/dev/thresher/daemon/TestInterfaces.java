// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfFs;
import dev.thresher.bpf.InstancePins;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assertions;

/**
 * Interfaces without addresses in the namespace that the tests run in, and instances with names of our own. Both bear the
 * number of this process, so that what a killed run left can be told from what another run uses.
 */
public final class TestInterfaces implements AutoCloseable {
    private static final Path PINS = BpfFs.ROOT.resolve("thresher");
    private static final String LINK_PREFIX = "thrd";
    private static final String INSTANCE_PREFIX = "test-";
    private static final int COMMAND_SECONDS = 30;

    private final long pid = ProcessHandle.current().pid();
    private final List<String> links = new ArrayList<>();

    public TestInterfaces() throws IOException {
        assertTrue(
                Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward")),
                "these tests make interfaces: run them as root");
        removeLeftovers();
    }

    /** One end of a veth pair; both are up. */
    public String veth(String suffix) throws IOException {
        String name = linkName(suffix);
        ip("link", "add", name, "type", "veth", "peer", "name", name + "p");
        links.add(name);
        ip("link", "set", name, "up");
        ip("link", "set", name + "p", "up");
        return name;
    }

    /** An interface whose driver has no XDP. */
    public String bridge(String suffix) throws IOException {
        String name = linkName(suffix);
        ip("link", "add", name, "type", "bridge");
        links.add(name);
        ip("link", "set", name, "up");
        return name;
    }

    /** Gives an interface an address, {@code 192.0.2.1/32}. */
    public void address(String link, String address) throws IOException {
        ip("address", "add", address, "dev", link, "nodad");
    }

    public void delete(String link) throws IOException {
        ip("link", "del", link);
        links.remove(link);
    }

    /** An instance's name. */
    public String instance(String suffix) {
        return INSTANCE_PREFIX + pid + "-" + suffix;
    }

    /** Detaches this process's instances and removes its interfaces. */
    @Override
    public void close() throws IOException {
        removeInstances(pid);
        for (String link : List.copyOf(links)) {
            delete(link);
        }
    }

    /** Runs a command to its end, which must be a success. */
    private static void run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertTrue(process.waitFor(COMMAND_SECONDS, TimeUnit.SECONDS), () -> Arrays.toString(command) + " hangs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Assertions.fail(Arrays.toString(command) + " was interrupted", e);
        }
        assertEquals(0, process.exitValue(), () -> Arrays.toString(command) + ": " + output);
    }

    private String linkName(String suffix) {
        return LINK_PREFIX + pid + suffix;
    }

    private static void ip(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("ip"));
        command.addAll(List.of(arguments));
        run(command.toArray(String[]::new));
    }

    private static void removeLeftovers() throws IOException {
        for (String name : names(Path.of("/sys/class/net"), LINK_PREFIX + "[0-9]*[a-z]")) {
            String owner = name.replaceAll("[^0-9]", "");
            // The peer goes with its veth.
            if (!name.endsWith("p") && isDead(owner)) {
                ip("link", "del", name);
            }
        }
        for (String instance : names(PINS, INSTANCE_PREFIX + "[0-9]*-*")) {
            String owner = instance.split("-", -1)[1];
            if (isDead(owner)) {
                removeInstances(Long.parseLong(owner));
            }
        }
    }

    private static void removeInstances(long owner) throws IOException {
        for (String instance : names(PINS, INSTANCE_PREFIX + owner + "-*")) {
            new InstancePins(instance).detach();
        }
    }

    private static List<String> names(Path directory, String pattern) throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, pattern)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            }
        }
        return names;
    }

    private static boolean isDead(String owner) {
        return ProcessHandle.of(Long.parseLong(owner)).isEmpty();
    }
}
