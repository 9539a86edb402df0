// SPDX-License-Identifier: Apache-2.0
package dev.thresher.healthcheck;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
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
    /** Those that the kernel would not choose of itself, because some service of this host is to have them. */
    private static final Path RESERVED = Path.of("/proc/sys/net/ipv4/ip_local_reserved_ports");

    private static final int FIRST = 32_768;
    private static final int LAST = 60_999;

    private final int first;
    private final int last;
    private final BitSet reserved;
    private int next;

    /**
     * @param range the first and the last, as the kernel writes them
     * @param reserved ports and ranges of ports, as the kernel writes them: {@code 8080,9000-9010}
     * @param start 0 to 1, where in the range the first one lies
     */
    LocalPorts(String range, String reserved, double start) {
        int[] bounds = bounds(range);
        this.first = bounds[0];
        this.last = bounds[1];
        this.reserved = set(reserved);
        if (this.reserved.nextClearBit(first) > last) {
            this.reserved.clear(); // Nothing is left to choose from: what is in use is passed over anyway.
        }
        this.next = first + (int) (start * (last - first + 1));
    }

    /** Those of this host, from anywhere on. */
    static LocalPorts ofThisHost() {
        return new LocalPorts(
                lineOf(RANGE), lineOf(RESERVED), ThreadLocalRandom.current().nextDouble());
    }

    /** In one read: the kernel answers a second one of such a file with its end. */
    private static String lineOf(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            String line = reader.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            return ""; // The kernel's defaults do as well: what is in use is passed over.
        }
    }

    private static int[] bounds(String range) {
        try (Scanner words = new Scanner(range)) {
            return new int[] {words.nextInt(), words.nextInt()};
        } catch (NoSuchElementException e) {
            return new int[] {FIRST, LAST};
        }
    }

    private static BitSet set(String ports) {
        BitSet set = new BitSet();
        try (Scanner ranges = new Scanner(ports).useDelimiter("[^0-9-]+")) {
            while (ranges.hasNext()) {
                String[] ends = ranges.next().split("-", 2);
                set.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
        }
        return set;
    }

    int next() {
        while (reserved.get(next)) {
            advance();
        }
        int port = next;
        advance();
        return port;
    }

    private void advance() {
        next = next == last ? first : next + 1;
    }
}
