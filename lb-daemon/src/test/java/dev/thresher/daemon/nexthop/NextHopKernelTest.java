// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is resolved, to what, and why not: against the routes and neighbours of a real kernel. */
final class NextHopKernelTest {
    private static final int DISCARD_PORT = 9;

    private static final InetAddress BALANCER = IpText.parse("198.18.0.1");
    private static final InetAddress ROUTER = IpText.parse("198.18.0.2");
    private static final InetAddress ROUTER1 = IpText.parse("198.18.1.2");
    private static final InetAddress ROUTER6 = IpText.parse("fd00:198:18::2");
    private static final InetAddress BEHIND = IpText.parse("198.18.9.1");
    private static final InetAddress BEHIND6 = IpText.parse("fd00:9::1");

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
    void directNeighbours_areResolved() throws Exception {
        watching(List.of(ROUTER, ROUTER6), () -> {
            assertEquals(eth0.resolved(ROUTER), heard.await(ROUTER, Resolved.class::isInstance));
            assertEquals(eth0.resolved(ROUTER6), heard.await(ROUTER6, Resolved.class::isInstance));
        });
    }

    /** In driver mode. */
    @Test
    void realsBehindWhatFramesDoNotGetThrough_areUnresolvedWithTheReason() throws Exception {
        network.inBalancer("link add br9 type bridge");
        network.inBalancer("link set br9 up");
        network.inBalancer("link set eth1 master br9");
        network.inBalancer("addr add 198.18.9.9/24 dev br9");
        network.callInBalancer(() -> {
            try (NextHopResolver resolver = NextHopResolver.open("eth0", () -> false)) {
                assertUnresolved(
                        "198.18.9.1 is reached through br9, which takes no frames from XDP: it is a bridge",
                        BEHIND,
                        resolver);
            }
            return null;
        });
    }

    @Test
    void realsBehindAGateway_areResolvedToTheGateway() throws Exception {
        InetAddress viaIpv6 = IpText.parse("198.18.10.1");
        network.inBalancer("route add 198.18.9.0/24 via 198.18.0.2");
        network.inBalancer("route add 198.18.10.0/24 via inet6 fd00:198:18::2");
        network.inBalancer("route add fd00:9::/64 via fd00:198:18::2");
        watching(List.of(BEHIND, BEHIND6, viaIpv6), () -> {
            assertEquals(eth0.resolved(ROUTER), heard.await(BEHIND, Resolved.class::isInstance));
            assertEquals(eth0.resolved(ROUTER6), heard.await(BEHIND6, Resolved.class::isInstance));
            assertEquals(eth0.resolved(ROUTER6), heard.await(viaIpv6, Resolved.class::isInstance));
        });
    }

    @Test
    void realsThatCannotBeReached_areUnresolvedWithTheReason() throws Exception {
        network.inBalancer("route add 198.18.11.0/24 via 198.18.0.77");
        network.inBalancer("route add blackhole 198.18.12.0/24");
        network.inBalancer("route add prohibit fd00:12::/64");
        network.callInBalancer(() -> {
            try (NextHopResolver resolver = NextHopResolver.open("eth0", () -> true)) {
                assertUnresolved("no route to 198.18.9.1", BEHIND, resolver);
                assertUnresolved("no route to fd00:9::1", BEHIND6, resolver);
                assertUnresolved(
                        "the route to 198.18.12.1 is of type blackhole", IpText.parse("198.18.12.1"), resolver);
                assertUnresolved("the route to fd00:12::1 is of type prohibit", IpText.parse("fd00:12::1"), resolver);
                assertEquals(
                        new Unresolved("198.18.0.77 does not answer ARP", false),
                        resolver.resolve(IpText.parse("198.18.0.77")));
                assertEquals(
                        new Unresolved("the gateway 198.18.0.77 does not answer ARP", false),
                        resolver.resolve(IpText.parse("198.18.11.1")));
                assertUnresolved("198.18.0.1 is an address of this host", BALANCER, resolver);
                assertUnresolved("198.18.0.255 is not the address of one host", IpText.parse("198.18.0.255"), resolver);
            }
            return null;
        });
    }

    @Test
    void gatewayThatChangesItsMac_isNoticed() throws Exception {
        network.inBalancer("route add 198.18.9.0/24 via 198.18.0.2");
        MacAddress replacement = MacAddress.parse("02:00:00:00:00:99");
        watching(List.of(BEHIND), () -> {
            heard.await(BEHIND, eth0.resolved(ROUTER)::equals);
            network.inRouter("link set eth0 address " + replacement);
            network.callInRouter(NextHopKernelTest::talkToBalancer);
            heard.await(BEHIND, eth0.with(replacement).resolved(ROUTER)::equals);
        });
    }

    @Test
    void routesThatComeMoveAndGo_areNoticed() throws Exception {
        watching(List.of(BEHIND, BEHIND6), () -> {
            heard.await(BEHIND6, new Unresolved("no route to fd00:9::1", true)::equals);
            network.inBalancer("route add 198.18.9.0/24 via 198.18.0.2");
            network.inBalancer("route add fd00:9::/64 via fd00:198:18::2");
            heard.await(BEHIND, eth0.resolved(ROUTER)::equals);
            heard.await(BEHIND6, eth0.resolved(ROUTER6)::equals);
            network.inBalancer("route replace 198.18.9.0/24 via 198.18.1.2");
            heard.await(BEHIND, eth1.resolved(ROUTER1)::equals);
            network.inBalancer("route del 198.18.9.0/24");
            heard.await(BEHIND, new Unresolved("no route to 198.18.9.1", true)::equals);
            network.inBalancer("route add 198.18.9.0/24 mtu 1400 via 198.18.0.2");
            heard.await(BEHIND, new Resolved(eth0.peer(), eth0.ours(), ROUTER, Resolved.SAME_PORT, 1400)::equals);
        });
    }

    @Test
    void neighbourThatAnswersLate_isNoticed() throws Exception {
        InetAddress late = IpText.parse("198.18.0.3");
        watching(List.of(late), () -> {
            heard.await(late, new Unresolved("198.18.0.3 does not answer ARP", false)::equals);
            network.inRouter("addr add 198.18.0.3/24 dev eth0");
            heard.await(late, eth0.resolved(late)::equals);
        });
    }

    @Test
    void closedWatcher_isSilentAndEndsItsThread() throws Exception {
        watching(List.of(ROUTER), () -> heard.await(ROUTER, Resolved.class::isInstance));
        assertTrue(Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("next-hops")));
    }

    @Test
    void listenerThatFails_doesNotEndTheWatch() throws Exception {
        network.callInBalancer(() -> {
            NextHopWatcher watcher = NextHopWatcher.start("eth0", () -> true, changes -> {
                heard.accept(changes);
                throw new IllegalStateException("a listener that always fails");
            });
            try (watcher) {
                watcher.update(List.of(BEHIND));
                heard.await(BEHIND, Unresolved.class::isInstance);
                network.inBalancer("route add 198.18.9.0/24 via 198.18.0.2");
                heard.await(BEHIND, Resolved.class::isInstance);
            }
            return null;
        });
    }

    @Test
    void interfaceThatDoesNotExist_isNamedWithTheOthers() throws Exception {
        network.callInBalancer(() -> {
            IOException missing = assertThrows(IOException.class, () -> NextHopResolver.open("eth9", () -> true));
            // The JDK may add interfaces of the process's own namespace, which it finds in /proc.
            String expected = "there is no interface eth9: set thresher.interface to one of eth0, eth1, lo";
            assertTrue(String.valueOf(missing.getMessage()).startsWith(expected), missing::getMessage);
            IOException loopback = assertThrows(IOException.class, () -> InterfaceMac.of("lo"));
            assertEquals(
                    "interface lo has no Ethernet address: set thresher.interface to an Ethernet interface",
                    loopback.getMessage());
            return null;
        });
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

    private static void assertUnresolved(String reason, InetAddress real, NextHopResolver resolver) throws IOException {
        assertEquals(new Unresolved(reason, true), resolver.resolve(real));
    }

    /** Makes the router ask for the load balancer's MAC, which tells its own. */
    private static Void talkToBalancer() throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(new byte[0], 0, BALANCER, DISCARD_PORT));
        }
        return null;
    }
}
