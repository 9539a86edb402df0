// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.config.IpText;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.flows.Client;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Flows of the program in the kernel, when the connection table gets another size. */
final class ResizedFlowsTest {
    private static final VipKey WEB = RunningProgram.tcp("203.0.113.10", 80);
    private static final VipKey WEB6 = RunningProgram.tcp("2001:db8:cafe::10", 80);
    private static final int MI = 1 << 20;
    private static final int FLOWS = 30_000;

    private static Client client(int i) {
        return Client.parse(
                i % 2 == 0
                        ? "198.51." + (i >> 8 & 0xff) + "." + (i & 0xff) + ":" + (1024 + i)
                        : "[2001:db8:1::" + Integer.toHexString(i) + "]:" + (1024 + i));
    }

    private static InetAddress send(RunningProgram program, int i, int flags) {
        Client client = client(i);
        return TestPacket.outerDestination(program.run(client, i % 2 == 0 ? WEB : WEB6, flags));
    }

    /** Established flows, most of whose real servers take nothing new since: Maglev would send them elsewhere. */
    private static List<InetAddress> establish(RunningProgram program, int count) {
        program.vip(WEB, true, "10.0.3.11", "10.0.3.12", "10.0.3.13");
        program.vip(WEB6, true, "10.0.3.11", "fd00:3::12", "fd00:3::13");
        List<InetAddress> reals = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            send(program, i, TestPacket.SYN);
            reals.add(send(program, i, TestPacket.ACK));
        }
        for (String real : new String[] {"10.0.3.12", "10.0.3.13"}) {
            program.set(WEB, IpText.parse(real), MemberState.DRAIN);
        }
        for (String real : new String[] {"fd00:3::12", "fd00:3::13"}) {
            program.set(WEB6, IpText.parse(real), MemberState.DRAIN);
        }
        return reals;
    }

    private static Capacity capacity(int flows) {
        return new Capacity(4096, 65_537, 65_536, 65_536, flows / FlowEntry.PER_PAIR);
    }

    private static void assertKept(List<InetAddress> reals, RunningProgram program, String when) {
        List<InetAddress> now = new ArrayList<>();
        for (int i = 0; i < reals.size(); i++) {
            now.add(send(program, i, TestPacket.ACK));
        }
        assertEquals(reals, now, when);
    }

    @Test
    void flowsKeepTheirRealServers_whenTheTableGrowsAndShrinks() throws DatapathException {
        try (RunningProgram program = new RunningProgram("resized", MI)) {
            List<InetAddress> reals = establish(program, FLOWS);
            long packets = packets(program);
            program.datapath().resize(capacity(4 * MI));
            assertEquals(packets, packets(program));
            assertKept(reals, program, "grown");
            assertEquals(packets + FLOWS, packets(program));

            program.datapath().resize(capacity(MI));
            assertKept(reals, program, "as before");
            program.datapath().resize(capacity(MI / 4));
            assertKept(reals, program, "smaller");
            assertEquals(0, program.counter(Counter.FLOW_UNTRACKED));
        }
    }

    /** Flows that nobody has heard of since the table grew must not count several times for ever. */
    @Test
    void copiesOfFlowsThatLive_areSwept() throws DatapathException {
        try (RunningProgram program = new RunningProgram("copies", 1 << 14)) {
            List<InetAddress> reals = establish(program, 500);
            program.age(() -> 20);
            program.datapath().resize(capacity(1 << 16));
            assertEquals(4 * 500, entries(program));
            assertKept(reals, program, "grown");
            FlowSweep sweep =
                    new FlowSweep(program.datapath().flows(), program.datapath().fragments());
            for (int part = 0; part < FlowSweep.PARTS; part++) {
                sweep.step(
                        program.datapath().nowTicks(),
                        program.datapath().settings().ticks());
            }
            assertEquals(500, entries(program));
            assertKept(reals, program, "swept");
        }
    }

    @Test
    void packetsThatMeetTheChange_goWhereTheirFlowsGo() throws Exception {
        try (RunningProgram program = new RunningProgram("meeting", 1 << 14)) {
            List<InetAddress> reals = establish(program, 200);
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Integer> strays = CompletableFuture.supplyAsync(() -> {
                int strayed = 0;
                while (!over.get()) {
                    for (int i = 0; i < reals.size(); i++) {
                        strayed += send(program, i, TestPacket.ACK).equals(reals.get(i)) ? 0 : 1;
                    }
                }
                return strayed;
            });
            for (int flows : new int[] {1 << 16, 1 << 15, 1 << 17, 1 << 14, 1 << 15}) {
                program.datapath().resize(capacity(flows));
            }
            over.set(true);
            assertEquals(0, strays.get());
        }
    }

    private static int entries(RunningProgram program) {
        int[] count = {0};
        FlowTable table = program.datapath().flows();
        table.visit(0, table.size(), (place, entry) -> count[0]++);
        return count[0];
    }

    private static long packets(RunningProgram program) {
        return program.datapath().counters().members(20).stream()
                .mapToLong(traffic -> traffic.packets())
                .sum();
    }
}
