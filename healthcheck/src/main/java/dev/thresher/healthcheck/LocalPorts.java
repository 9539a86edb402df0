// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Scanner;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Names the ports that datagrams are sent from, one after the other through the range of the kernel's ephemeral ports. The
 * kernel would pick at random: then the answer of a real server that comes too late for its probe could meet, on the same
 * port of the same VIP, the next probe of another one, and pass for its answer. For one thread.
 */
final class LocalPorts {
    private static final Path RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int FIRST = 32_768;
    private static final int LAST = 60_999;

    private final int first;
    private final int last;
    private int next;

    private LocalPorts(int first, int last, int next) {
        this.first = first;
        this.last = last;
        this.next = next;
    }

    /** Those of this host, from anywhere on. */
    static LocalPorts ofThisHost() {
        int first = FIRST;
        int last = LAST;
        // In one read: the kernel answers a second one of such a file with its end.
        try (BufferedReader range = Files.newBufferedReader(RANGE);
                Scanner words = new Scanner(String.valueOf(range.readLine()))) {
            first = words.nextInt();
            last = words.nextInt();
        } catch (IOException | NoSuchElementException e) {
            // The kernel's defaults do as well: what is in use is passed over.
        }
        return new LocalPorts(first, last, ThreadLocalRandom.current().nextInt(first, last + 1));
    }

    int next() {
        int port = next;
        next = port == last ? first : port + 1;
        return port;
    }
}
