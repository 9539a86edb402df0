// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.hashing.FlowTuple;
import dev.thresher.hashing.SlotHash;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of a packet decides its real server is the VIP's choice; the flow is tracked, and told apart, all the same. */
class HashKindTest {
    private static final int MEMBERS = 100;
    private static final int PACKETS = 500;
    private static final String VIP = "203.0.113.10";

    private final Random random = Seeds.random(getClass());
    private LoadedProgram lb;
    private int[] members = {};

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private void serve(String vip, HashKind hash) {
        Service service = lb.addVip(new VipMatch(Frame.address(vip), 0, Frame.UDP), true, hash);
        members = new int[MEMBERS];
        for (int i = 0; i < MEMBERS; i++) {
            members[i] = lb.addMember(service, "10.0.3." + i);
        }
        lb.setTable(service, members);
    }

    private InetAddress real(FlowTuple flow) {
        byte[] sent = lb.run(Frame.of(flow)).packet();
        return Encapsulated.dissect(sent).outer().getDstAddr();
    }

    private static FlowTuple flow(int client, int clientPort, int port) {
        return Frame.flow("10.0.1." + client + ":" + clientPort, VIP + ":" + port, Frame.UDP);
    }

    @ParameterizedTest
    @EnumSource
    void twin_predicts_the_real_server(HashKind hash) {
        serve(VIP, hash);
        serve("2001:db8:cafe::10", hash);
        for (int i = 0; i < PACKETS; i++) {
            boolean ipv6 = random.nextBoolean();
            String client = (ipv6 ? "[fd00:" + Integer.toHexString(random.nextInt(0x10000)) + "::2]:" : "10.0.1.2:")
                    + random.nextInt(0x10000);
            String to = (ipv6 ? "[2001:db8:cafe::10]:" : VIP + ":") + random.nextInt(0x10000);
            FlowTuple flow = Frame.flow(client, to, Frame.UDP);
            int slot = SlotHash.slotOf(flow, hash.portsMask(), hash.sourceMask(), TestSettings.MAGLEV_SEED);
            assertEquals(Frame.address("10.0.3." + slot % MEMBERS), real(flow), () -> hash + " of " + flow);
        }
    }

    @Test
    void source_sends_all_of_a_client_to_one_real_server() {
        serve(VIP, HashKind.SOURCE);
        Set<InetAddress> reals = new HashSet<>();
        for (int i = 1; i < 100; i++) {
            reals.add(real(flow(1, i, 1000 + i)));
        }
        assertEquals(1, reals.size());
    }

    @Test
    void source_port_leaves_the_destination_port_out() {
        serve(VIP, HashKind.SOURCE_PORT);
        for (int i = 1; i < 100; i++) {
            assertEquals(real(flow(1, i, 53)), real(flow(1, i, 1000 + i)));
        }
        assertTrue(distinct(1, 1, 0) > 30, "source ports count");
    }

    @Test
    void destination_port_leaves_the_client_out() {
        serve(VIP, HashKind.DESTINATION_PORT);
        for (int i = 1; i < 100; i++) {
            assertEquals(real(flow(1, 5, 1000 + i)), real(flow(i, i, 1000 + i)));
        }
        assertTrue(distinct(0, 0, 1) > 30, "destination ports count");
    }

    private long distinct(int clients, int clientPorts, int ports) {
        Set<InetAddress> reals = new HashSet<>();
        for (int i = 1; i < 100; i++) {
            reals.add(real(flow(1 + i * clients, 7000 + i * clientPorts, 53 + i * ports)));
        }
        return reals.size();
    }

    /** The network spreads by the outer source, and the connection table keeps clients apart. */
    @Test
    void destination_port_keeps_each_clients_entropy_and_flow() {
        serve(VIP, HashKind.DESTINATION_PORT);
        Set<InetAddress> sources = new HashSet<>();
        for (int client = 1; client <= 200; client++) {
            byte[] sent = lb.run(Frame.of(flow(client, 4000, 53))).packet();
            sources.add(Encapsulated.dissect(sent).outer().getSrcAddr());
        }
        assertTrue(sources.size() > 190, () -> sources.size() + " outer sources");
        assertEquals(200, lb.flows().all().count());
        long flows = newFlows();
        for (int client = 1; client <= 200; client++) {
            lb.run(Frame.of(flow(client, 4000, 53)));
        }
        assertEquals(flows, newFlows(), "each packet finds its flow");
    }

    private long newFlows() {
        long sum = 0;
        for (int member : members) {
            sum += lb.stats(member).newFlows();
        }
        return sum;
    }
}
