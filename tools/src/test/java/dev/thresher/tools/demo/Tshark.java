// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Shell;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What Wireshark's dissectors make of a capture, with every checksum computed. */
final class Tshark {
    private static final String BAD = "_ws.malformed || _ws.expert.severity == error || ip.checksum.status == Bad"
            + " || udp.checksum.status == Bad || tcp.checksum.status == Bad || icmp.checksum.status == Bad"
            + " || icmpv6.checksum.status == Bad";

    /** TCP in IP in IP and in GUE, between every two families. Inside UDP, the dissector of IPv4 finds IPv6. */
    static final Set<String> ENCAPSULATIONS = Set.of(
            "ip:ip:tcp",
            "ip:ipv6:tcp",
            "ipv6:ip:tcp",
            "ipv6:ipv6:tcp",
            "ip:udp:ip:tcp",
            "ip:udp:ip:ipv6:tcp",
            "ipv6:udp:ip:tcp",
            "ipv6:udp:ip:ipv6:tcp");

    private final Path capture;

    Tshark(Path capture) {
        this.capture = capture;
    }

    /** The layers of the packets, such as {@code ip:udp:ip:tcp}. */
    Set<String> stacks() {
        return run("frame", "-T", "fields", "-e", "frame.protocols")
                .map(line -> line.replace("eth:ethertype:", ""))
                .collect(Collectors.toSet());
    }

    /** One line for each packet that is malformed or has a wrong checksum. */
    List<String> complaints() {
        return run(BAD).toList();
    }

    private Stream<String> run(String filter, String... output) {
        List<String> command = new ArrayList<>(List.of("tshark", "-n", "-r", capture.toString(), "-Y", filter));
        for (String protocol : List.of("ip", "tcp", "udp")) {
            command.addAll(List.of("-o", protocol + ".check_checksum:TRUE"));
        }
        // GUE variant 1 is IP in UDP.
        command.addAll(List.of("-d", "udp.port==6080,ip"));
        command.addAll(List.of(output));
        return Shell.attempt("", command).outOrThrow().lines();
    }
}
