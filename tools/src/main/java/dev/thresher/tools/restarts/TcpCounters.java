// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel counts of TCP, of both families, in this process's network namespace.
 *
 * @param resets connections that were established and ended by a reset, whoever sent it ({@code EstabResets})
 * @param retransmitted segments that were sent again ({@code RetransSegs})
 */
record TcpCounters(long resets, long retransmitted) {
    private static final Path FILE = Path.of("/proc/self/net/snmp");
    private static final String PREFIX = "Tcp: ";

    static TcpCounters read() throws IOException {
        return parse(Files.readAllLines(FILE));
    }

    /** From a line of names, and one of values after it. */
    static TcpCounters parse(List<String> lines) {
        List<List<String>> tcp = lines.stream()
                .filter(line -> line.startsWith(PREFIX))
                .map(line -> List.of(line.split(" ")))
                .toList();
        return new TcpCounters(value(tcp, "EstabResets"), value(tcp, "RetransSegs"));
    }

    private static long value(List<List<String>> tcp, String name) {
        return Long.parseLong(tcp.get(1).get(tcp.get(0).indexOf(name)));
    }

    TcpCounters since(TcpCounters start) {
        return new TcpCounters(resets - start.resets, retransmitted - start.retransmitted);
    }
}
