// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.probing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.CurrentThread;
import dev.thresher.bpf.Decapsulation;
import dev.thresher.bpf.Decapsulation.Prefix;
import dev.thresher.bpf.NetworkInterfaces;
import dev.thresher.bpf.XdpLink;
import dev.thresher.bpf.XdpMode;
import dev.thresher.config.IpText;
import java.io.IOException;
import java.net.NetworkInterface;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A load balancer and a real server in network namespaces of their own, on one wire, {@code eth0} in each. The balancer's
 * default route leads to the real server, so that a bare packet to the VIP reaches it too: as it would some real server
 * through a balancer.
 */
final class ProbeNetwork implements AutoCloseable {
    static final String BALANCER4 = "198.18.0.1";
    static final String REAL4 = "198.18.0.2";
    static final String REAL6 = "fd00:198:18::2";
    static final String VIP4 = "203.0.113.10";
    static final String VIP6 = "2001:db8:cafe::10";

    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final String PREFIX = "thrp-";

    private final String balancer = PREFIX + ProcessHandle.current().pid() + "-lb";
    private final String real = PREFIX + ProcessHandle.current().pid() + "-real";

    ProbeNetwork() throws IOException {
        removeLeftovers();
        try {
            build();
        } catch (IOException | AssertionError e) {
            close();
            throw e;
        }
    }

    private void build() throws IOException {
        for (String namespace : List.of(balancer, real)) {
            run("ip netns add " + namespace);
            run("ip -n " + namespace + " link set lo up");
        }
        run("ip link add eth0 netns " + balancer + " type veth peer name eth0 netns " + real);
        for (String namespace : List.of(balancer, real)) {
            // A veth leaves checksums to hardware that is not there, and XDP behind it forgets that they are due.
            run("ip netns exec " + namespace + " ethtool -K eth0 tx off");
            run("ip -n " + namespace + " link set eth0 up");
        }
        onBalancer("addr add " + BALANCER4 + "/24 dev eth0");
        onBalancer("addr add fd00:198:18::1/64 dev eth0 nodad");
        onReal("addr add " + REAL4 + "/24 dev eth0");
        onReal("addr add " + REAL6 + "/64 dev eth0 nodad");
        onBalancer("route add default via " + REAL4);
        onBalancer("route add ::/0 via " + REAL6);
        addVips();
    }

    /** Runs {@code ip} on the load balancer. */
    void onBalancer(String arguments) throws IOException {
        run("ip -n " + balancer + " " + arguments);
    }

    /** Runs {@code ip} on the real server. */
    void onReal(String arguments) throws IOException {
        run("ip -n " + real + " " + arguments);
    }

    void addVips() throws IOException {
        onReal("addr add " + VIP4 + "/32 dev lo");
        onReal("addr add " + VIP6 + "/128 dev lo nodad");
    }

    void removeVips() throws IOException {
        onReal("addr del " + VIP4 + "/32 dev lo");
        onReal("addr del " + VIP6 + "/128 dev lo");
    }

    /** Has the real server strip outer headers, for as long as the link is open. */
    XdpLink decapsulate() throws Exception {
        return callOnReal(() -> {
            Set<Prefix> vips = Set.of(Prefix.of(IpText.parse(VIP4)), Prefix.of(IpText.parse(VIP6)));
            try (BpfObject object = new Decapsulation(vips, Decapsulation.DEFAULT_GUE_PORT).load()) {
                int index = NetworkInterfaces.indexOf("eth0").orElseThrow();
                return object.program("decap").attachXdp(index, XdpMode.DRIVER);
            }
        });
    }

    byte[] macOfReal() throws Exception {
        return callOnReal(() -> NetworkInterface.getByName("eth0").getHardwareAddress());
    }

    byte[] macOfBalancer() throws Exception {
        return callOnBalancer(() -> NetworkInterface.getByName("eth0").getHardwareAddress());
    }

    /** Runs Java code on the load balancer; threads that it starts are there too. */
    <T> T callOnBalancer(Callable<T> body) throws Exception {
        return call(balancer, body);
    }

    <T> T callOnReal(Callable<T> body) throws Exception {
        return call(real, body);
    }

    private static <T> T call(String namespace, Callable<T> body) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                CurrentThread.enterNetwork(NAMESPACES.resolve(namespace));
                result.complete(body.call());
            } catch (Exception | AssertionError e) {
                result.completeExceptionally(e);
            }
        });
        thread.start();
        return result.get(1, TimeUnit.MINUTES);
    }

    @Override
    public void close() throws IOException {
        for (String namespace : List.of(balancer, real)) {
            if (Files.exists(NAMESPACES.resolve(namespace))) {
                run("ip netns del " + namespace);
            }
        }
    }

    /** Those of test runs that were killed. */
    private static void removeLeftovers() throws IOException {
        if (!Files.isDirectory(NAMESPACES)) {
            return;
        }
        try (DirectoryStream<Path> namespaces = Files.newDirectoryStream(NAMESPACES, PREFIX + "[0-9]*-*")) {
            for (Path namespace : namespaces) {
                String name = namespace.getFileName().toString();
                if (ProcessHandle.of(Long.parseLong(name.split("-", -1)[1])).isEmpty()) {
                    run("ip netns del " + name);
                }
            }
        }
    }

    private static void run(String line) throws IOException {
        List<String> command = new ArrayList<>(List.of(line.split(" ", -1)));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> line + " hangs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(line + " was interrupted", e);
        }
        assertEquals(0, process.exitValue(), () -> line + ": " + output);
    }
}
