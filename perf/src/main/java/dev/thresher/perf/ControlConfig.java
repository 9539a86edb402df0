// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * The configuration file of a balancer whose VIPs have a pool each, without health checks: what is measured is the daemon, not
 * the patience of probes.
 */
record ControlConfig(String instance, Path folder, int vips, int reals) {
    private static final int FIRST_REAL = Traffic.tail(Traffic.address("10.0.0.1"));
    private static final int FIRST_VIP = Traffic.tail(Traffic.Kind.SYN_IPV4.destination);

    Path file() {
        return folder.resolve("thresher.conf");
    }

    /**
     * Writes it, in one step.
     *
     * @param firstWeights of the first real server of pools, by their numbers; 1 for others
     */
    void write(Map<Integer, Integer> firstWeights) {
        StringBuilder text = new StringBuilder(
                """
                thresher {
                  instance = %s
                  interface = %s
                  gateway-mac = "02:00:00:00:01:01"
                  api.socket = "%s"
                  state-directory = "%s"
                  pools {
                """.formatted(instance, VethPair.FAR, folder.resolve("socket"), folder.resolve("state")));
        for (int pool = 0; pool < vips; pool++) {
            int weight = firstWeights.getOrDefault(pool, 1);
            text.append("    pool-").append(pool).append(".reals = [");
            for (int real = 0; real < reals; real++) {
                String address = '"' + dotted(FIRST_REAL + pool * reals + real) + '"';
                text.append(real == 0 ? "" : ", ")
                        .append(
                                real == 0 && weight != 1
                                        ? "{ address = " + address + ", weight = " + weight + " }"
                                        : address);
            }
            text.append("]\n");
        }
        text.append("  }\n  vips = [\n");
        for (int vip = 0; vip < vips; vip++) {
            text.append("    { address = \"")
                    .append(dotted(FIRST_VIP + vip))
                    .append("\", port = ")
                    .append(Traffic.VIP_PORT)
                    .append(", pool = pool-")
                    .append(vip)
                    .append(" }\n");
        }
        text.append("  ]\n}\n");
        try {
            Path fresh = Files.writeString(folder.resolve("fresh"), text);
            Files.move(fresh, file(), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BenchException("cannot write " + file() + ": " + e.getMessage(), e);
        }
    }

    private static String dotted(int address) {
        return (address >>> 24) + "." + (address >>> 16 & 0xff) + "." + (address >>> 8 & 0xff) + "." + (address & 0xff);
    }
}
