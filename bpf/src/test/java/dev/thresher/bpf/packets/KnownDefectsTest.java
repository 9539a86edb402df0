// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.LoadedProgram.MemberStats;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Defects known from other load balancers that take more than one packet to show; the matrix has the rest, and the daemon's
 * ResizedFlowsTest that of a connection table that gets another size.
 */
class KnownDefectsTest {
    private static final String VIP = "203.0.113.10";
    private static final String CLIENT = "198.51.100.7";
    private static final int FLOWS = 500;
    private static final int IPV4_SOURCE = Frame.ETHERNET_HEADER + 12;
    private static final int IPV4_DESTINATION = Frame.ETHERNET_HEADER + 16;

    private static Frame from(int clientPort) {
        return Frame.tcp(CLIENT + ":" + clientPort, VIP + ":80").ack();
    }

    private static String address(byte[] frame, int at) {
        return HexFormat.of().formatHex(Arrays.copyOfRange(frame, at, at + Integer.BYTES));
    }

    /** Then all clients would look the same to network cards and switches on the way. */
    @Test
    void hashing_on_the_destination_port_keeps_the_outer_source_apart() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            Service service = service(lb, HashKind.DESTINATION_PORT);
            lb.setTable(service, lb.addMember(service, "10.0.3.1"), lb.addMember(service, "10.0.3.2"));
            Set<String> sources = new HashSet<>();
            Set<String> reals = new HashSet<>();
            for (int port = 1; port <= FLOWS; port++) {
                byte[] sent = lb.run(from(port)).packet();
                sources.add(address(sent, IPV4_SOURCE));
                reals.add(address(sent, IPV4_DESTINATION));
            }
            assertEquals(1, reals.size(), () -> "real servers of one port: " + reals);
            assertTrue(sources.size() > FLOWS * 9 / 10, () -> sources.size() + " outer sources");
        }
    }

    @Test
    void hashing_on_the_destination_port_goes_by_the_connection_table() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            Service service = service(lb, HashKind.DESTINATION_PORT);
            int before = lb.addMember(service, "10.0.3.1");
            lb.setTable(service, before);
            lb.run(from(1));
            lb.setTable(service, lb.addMember(service, "10.0.3.2"));
            lb.run(from(1));
            assertEquals(2, lb.stats(before).packets());
            assertEquals(1, lb.stats(before).newFlows());
        }
    }

    private static Service service(LoadedProgram lb, HashKind hash) {
        return lb.addVip(new VipMatch(Frame.address(VIP), 0, Frame.TCP), true, hash);
    }

    @Test
    void flows_are_counted_once_and_packets_each() {
        try (LoadedProgram lb = LoadedProgram.load()) {
            Service service = lb.addVip(VIP, 80, Frame.TCP);
            int member = lb.addMember(service, "10.0.3.1");
            lb.setTable(service, member);
            for (int packet = 0; packet < 10; packet++) {
                lb.run(from(1));
            }
            assertEquals(new MemberStats(10, 10L * from(1).ip().length, 1), lb.stats(member));
        }
    }
}
