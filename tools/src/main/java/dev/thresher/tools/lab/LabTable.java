// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import dev.thresher.tools.lab.LabStatus.HostStatus;
import java.io.PrintWriter;
import java.util.stream.Collectors;

/** A lab's status for people. */
final class LabTable {
    private static final String ROW = "    %-8s %-24s %s%n";

    private LabTable() {}

    static void print(LabStatus status, PrintWriter out) {
        out.printf(ROW, "HOST", "PROCESSES", "ADDRESSES");
        for (HostStatus host : status.hosts()) {
            String processes = host.processes().stream()
                    .map(process -> process.name() + " (" + process.pid() + ")")
                    .collect(Collectors.joining(", "));
            out.printf(ROW, host.name(), processes.isEmpty() ? "-" : processes, String.join("  ", host.addresses()));
        }
    }
}
