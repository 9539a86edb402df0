// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Await;
import dev.thresher.tools.lab.Host;
import dev.thresher.tools.lab.Lab;
import dev.thresher.tools.lab.LabException;
import dev.thresher.tools.lab.Topology;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A tcpdump that records the headers of packets to and from the VIPs, bare or encapsulated, on one port of a host. */
final class Capture implements AutoCloseable {
    // All that is for a VIP or from one, and all tunnels: not the health checks, which never rest.
    private static final String FILTER = "host " + Topology.VIP4 + " or host " + Topology.VIP6
            + " or ip proto 4 or ip proto 41 or ip6 proto 4 or ip6 proto 41 or udp port 6080";
    private static final int HEADERS = 128;
    private static final int WHOLE_PACKETS = 65_535;
    private static final Duration QUIET = Duration.ofMillis(300);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path file;
    private final Process process;
    private final BufferedReader messages;

    private Capture(Path file, Process process) {
        this.file = file;
        this.process = process;
        this.messages = process.errorReader();
    }

    /** Starts to record at the router's end of lb1's cable; packets are seen from the return of this on. */
    static Capture onBalancersCable(Lab lab) {
        return onBalancersCable(lab, HEADERS);
    }

    /** The same with all bytes of the packets. */
    static Capture ofWholePackets(Lab lab) {
        return onBalancersCable(lab, WHOLE_PACKETS);
    }

    private static Capture onBalancersCable(Lab lab, int bytes) {
        Path file = lab.files().directory().resolve("lb1.pcap");
        Host host = lab.topology().router();
        String port = lab.topology().balancer().name();
        List<String> tcpdump = List.of(
                "tcpdump",
                "--interface=" + port,
                "--snapshot-length=" + bytes,
                "--buffer-size=16384",
                "--immediate-mode",
                "--packet-buffered",
                "-n",
                "-Z",
                "root",
                "-w",
                file.toString(),
                FILTER);
        try {
            Process process = new ProcessBuilder(host.namespace().command(tcpdump)).start();
            Capture capture = new Capture(file, process);
            capture.awaitListening();
            return capture;
        } catch (IOException e) {
            throw new LabException("cannot run tcpdump: " + e.getMessage(), e);
        }
    }

    private void awaitListening() throws IOException {
        StringBuilder said = new StringBuilder();
        @Nullable String line = messages.readLine();
        while (line != null && !line.contains("listening on")) {
            said.append(line).append(' ');
            line = messages.readLine();
        }
        if (line == null) {
            throw new LabException("tcpdump ended: " + said);
        }
    }

    /** Waits until the traffic has ended, stops recording and returns the file. */
    Path finish() {
        awaitQuiet();
        process.toHandle().destroy(); // not process.destroy(): that would close the stream of its last words
        String said = messages.lines().collect(Collectors.joining(" "));
        if (!said.contains(" 0 packets dropped by kernel")) {
            throw new LabException("tcpdump missed packets, so nothing can be proved by them: " + said);
        }
        return file;
    }

    private void awaitQuiet() {
        long[] last = {file.toFile().length(), System.nanoTime()};
        boolean quiet = Await.until(PATIENCE, () -> {
            long size = file.toFile().length();
            if (size != last[0]) {
                last[0] = size;
                last[1] = System.nanoTime();
            }
            return System.nanoTime() - last[1] > QUIET.toNanos();
        });
        if (!quiet) {
            throw new LabException("the traffic on the load balancer's cable did not end");
        }
    }

    @Override
    public void close() {
        process.destroy();
    }
}
