// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this process may do. */
final class Privileges {
    /** A capability of Linux and the number of its bit. */
    private record Capability(String name, int bit) {}

    private static final List<Capability> NEEDED =
            List.of(new Capability("CAP_SYS_ADMIN", 21), new Capability("CAP_NET_ADMIN", 12));
    private static final String EFFECTIVE = "CapEff:";

    private Privileges() {}

    /** Fails unless the process may make namespaces, links and mounts. */
    static void require() {
        if (Libc.INSTANCE.geteuid() != 0) {
            throw new LabException("the lab needs root, for network namespaces and BPF; run it with sudo");
        }
        List<String> missing = missing(effective());
        if (!missing.isEmpty()) {
            throw new LabException("the lab needs " + String.join(" and ", missing)
                    + ", which root does not have here; in a container, start that with --privileged");
        }
    }

    static List<String> missing(long capabilities) {
        return NEEDED.stream()
                .filter(needed -> (capabilities >> needed.bit & 1) == 0)
                .map(Capability::name)
                .toList();
    }

    private static long effective() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith(EFFECTIVE))
                    .map(line -> line.substring(EFFECTIVE.length()).strip())
                    .mapToLong(hex -> Long.parseUnsignedLong(hex, 16))
                    .findFirst()
                    .orElse(-1);
        } catch (IOException e) {
            throw new LabException("cannot read /proc/self/status: " + e.getMessage(), e);
        }
    }
}
