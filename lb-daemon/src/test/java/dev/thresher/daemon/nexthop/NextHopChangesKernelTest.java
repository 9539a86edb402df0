// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Interfaces that go and come, gateways that fall silent, entries that grow stale: against a real kernel. */
final class NextHopChangesKernelTest {
    private static final InetAddress ROUTER = IpText.parse("198.18.0.2");
    private static final InetAddress ROUTER1 = IpText.parse("198.18.1.2");
    private static final InetAddress ROUTER1_V6 = IpText.parse("fd00:198:19::2");
    private static final int REALS = 20;

    private final HeardNextHops heard = new HeardNextHops();
    private TestNetwork network;
    private Wire eth0;
    private Wire eth1;

    @BeforeEach
    void makeNetwork() throws Exception {
        network = new TestNetwork();
        eth0 = Wire.of(network, "eth0", true);
        eth1 = Wire.of(network, "eth1", false);
    }

    @AfterEach
    void removeNetwork() throws Exception {
        if (network != null) {
            network.close();
        }
    }

    @Test
    void otherInterface_downAndUp_isNoticed() throws Exception {
        watching(List.of(ROUTER, ROUTER1, ROUTER1_V6), () -> {
            heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals);
            heard.await(ROUTER1_V6, eth1.resolved(ROUTER1_V6)::equals);
            network.inBalancer("link set eth1 down");
            heard.await(ROUTER1, new Unresolved("no route to 198.18.1.2", true)::equals);
            network.inBalancer("link set eth1 up");
            heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals);
            assertEquals(eth0.resolved(ROUTER), heard.current(ROUTER), "all the while");
        });
    }

    @Test
    void otherInterface_losesItsCarrier_isNoticed() throws Exception {
        watching(List.of(ROUTER1, ROUTER1_V6), () -> {
            heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals);
            heard.await(ROUTER1_V6, eth1.resolved(ROUTER1_V6)::equals);
            network.inRouter("link set eth1 down");
            heard.await(ROUTER1, new Unresolved("198.18.1.2 cannot be reached: eth1 has no carrier", true)::equals);
            heard.await(
                    ROUTER1_V6, new Unresolved("fd00:198:19::2 cannot be reached: eth1 has no carrier", true)::equals);
            network.inRouter("link set eth1 up");
            heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals);
        });
    }

    @Test
    void attachedInterface_down_isNotConclusive() throws Exception {
        watching(List.of(ROUTER, ROUTER1), () -> {
            heard.await(ROUTER, eth0.resolved(ROUTER)::equals);
            network.inBalancer("link set eth0 down");
            heard.await(ROUTER, new Unresolved("198.18.0.2 cannot be reached: eth0 is down", false)::equals);
            network.inBalancer("link set eth0 up");
            heard.await(ROUTER, eth0.resolved(ROUTER)::equals);
        });
    }

    @Test
    void ownAddressAndMtu_areFollowed() throws Exception {
        watching(List.of(ROUTER1), () -> {
            heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals);
            MacAddress ours = MacAddress.parse("02:00:00:00:00:77");
            network.inBalancer("link set eth1 address " + ours);
            network.inBalancer("link set eth1 mtu 1400");
            heard.await(ROUTER1, new Resolved(eth1.peer(), ours, ROUTER1, eth1.egress(), 1400)::equals);
        });
    }

    @Test
    void severalGateways_shareTheReals_andStepInForEachOther() throws Exception {
        network.inBalancer("route add 198.18.9.0/24 nexthop via 198.18.0.2 dev eth0 nexthop via 198.18.1.2 dev eth1");
        List<InetAddress> reals = new ArrayList<>();
        for (int i = 1; i <= REALS; i++) {
            reals.add(IpText.parse("198.18.9." + i));
        }
        watching(reals, () -> {
            Set<InetAddress> gateways = new HashSet<>();
            for (InetAddress real : reals) {
                Resolution resolution = heard.await(real, Resolved.class::isInstance);
                gateways.add(((Resolved) resolution).gateway());
            }
            assertEquals(Set.of(ROUTER, ROUTER1), gateways);
            network.inRouter("addr del 198.18.1.2/24 dev eth1");
            network.inRouter("link set eth1 arp off");
            network.inBalancer("neigh flush dev eth1");
            for (InetAddress real : reals) {
                heard.await(real, eth0.resolved(ROUTER)::equals);
            }
        });
    }

    /** With entries that go stale after a second and are forgotten soon after, and nobody who sends anything. */
    @Test
    void entriesThatNobodyUses_areKeptWarm() throws Exception {
        network.callInBalancer(() -> {
            for (String setting : List.of("base_reachable_time_ms", "gc_stale_time", "delay_first_probe_time")) {
                write("ipv4/neigh/eth1/" + setting, setting.endsWith("_ms") ? "1000" : "1");
                write("ipv6/neigh/eth1/" + setting, setting.endsWith("_ms") ? "1000" : "1");
            }
            try (NextHopWatcher watcher = NextHopWatcher.start("eth0", () -> true, heard);
                    NetlinkRoutingTable table = NetlinkRoutingTable.open()) {
                watcher.update(List.of(ROUTER1, ROUTER1_V6));
                heard.await(ROUTER1, eth1.resolved(ROUTER1)::equals);
                heard.await(ROUTER1_V6, eth1.resolved(ROUTER1_V6)::equals);
                for (InetAddress neighbour : List.of(ROUTER1, ROUTER1_V6)) {
                    assertVerifiedAnew(table, neighbour);
                }
            }
            return null;
        });
    }

    /** Sees the entry cease to be known as reachable, and become so again, three times over. */
    private void assertVerifiedAnew(NetlinkRoutingTable table, InetAddress address) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        int last = 0;
        int verified = 0;
        while (verified < 3) {
            assertTrue(System.nanoTime() < deadline, address + " is left in state " + last);
            int state = table.neighbour(eth1.egress(), address).orElseThrow().state();
            assertNotEquals(0, state);
            if (state == Netlink.NUD_REACHABLE && last != state && last != 0) {
                verified++;
            }
            last = state;
            Thread.onSpinWait();
        }
    }

    private static void write(String setting, String value) throws IOException {
        // Of the namespace of the thread that opens it.
        Files.writeString(Path.of("/proc/sys/net", setting), value);
    }

    private interface Body {
        void run() throws Exception;
    }

    private void watching(List<InetAddress> reals, Body body) throws Exception {
        network.callInBalancer(() -> {
            try (NextHopWatcher watcher = NextHopWatcher.start("eth0", () -> true, heard)) {
                watcher.update(reals);
                body.run();
            }
            return null;
        });
    }
}
