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
import java.net.InetAddress;
import java.util.List;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NextHopResolverTest {
    private static final int IFINDEX = 0;
    private static final InetAddress REAL = IpText.parse("10.0.3.11");
    private static final InetAddress REAL6 = IpText.parse("fd00:3::11");
    private static final InetAddress GATEWAY = IpText.parse("10.0.2.1");
    private static final InetAddress GATEWAY6 = IpText.parse("fe80::1");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

    private final FakeRoutingTable table = new FakeRoutingTable();
    private final NextHopResolver resolver = new NextHopResolver(table, "eth0", IFINDEX);

    @Test
    void resolve_throughAGateway_givesTheGatewaysMac() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        assertEquals(new Resolved(MAC, GATEWAY), resolver.resolve(REAL));
        assertEquals(List.of(), table.used);
    }

    @Test
    void resolve_ofIpv4ThroughAnIpv6Gateway_givesTheGatewaysMac() throws IOException {
        routeTo(REAL, GATEWAY6);
        neighbour(GATEWAY6, Netlink.NUD_PERMANENT);
        assertEquals(new Resolved(MAC, GATEWAY6), resolver.resolve(REAL));
    }

    @Test
    void resolve_staleNeighbour_isUsedAndVerified() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, Netlink.NUD_STALE);
        assertEquals(new Resolved(MAC, GATEWAY), resolver.resolve(REAL));
        assertEquals(List.of(GATEWAY), table.used);
    }

    @ParameterizedTest
    @ValueSource(ints = {Netlink.NUD_DELAY, Netlink.NUD_PROBE})
    void resolve_neighbourBeingVerified_isLeftToTheKernel(int state) throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, state);
        assertEquals(new Resolved(MAC, GATEWAY), resolver.resolve(REAL));
        assertEquals(List.of(), table.used);
    }

    @Test
    void resolve_failedNeighbourWithAnOldMac_isUnresolved() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, 0x20);
        assertEquals(unresolved("the gateway 10.0.2.1 has not answered ARP yet"), resolver.resolve(REAL));
        assertEquals(List.of(GATEWAY), table.used);
    }

    @Test
    void resolve_unknownNeighbour_makesTheKernelAskForIt() throws IOException {
        routeTo(REAL, REAL);
        assertEquals(unresolved("10.0.3.11 has not answered ARP yet"), resolver.resolve(REAL));
        assertEquals(List.of(REAL), table.used);
    }

    @Test
    void resolve_unknownIpv6Neighbour_saysNeighbourDiscovery() throws IOException {
        routeTo(REAL6, REAL6);
        assertEquals(unresolved("fd00:3::11 has not answered neighbour discovery yet"), resolver.resolve(REAL6));
    }

    @Test
    void resolve_throughAnotherInterface_namesBoth() throws IOException {
        table.routes.put(REAL, new Route(Netlink.RTN_UNICAST, 1, GATEWAY));
        assertEquals(
                unresolved("10.0.3.11 is reached through eth1, not eth0 where the program is attached"),
                resolver.resolve(REAL));
    }

    @ParameterizedTest
    @CsvSource({
        "ENETUNREACH, no route to 10.0.3.11",
        "EHOSTUNREACH, the route to 10.0.3.11 is of type unreachable",
        "EACCES, the route to 10.0.3.11 is of type prohibit",
        "EINVAL, the route to 10.0.3.11 is of type blackhole"
    })
    void resolve_withoutAWay_saysWhy(Errno errno, String reason) throws IOException {
        table.noRoute = errno;
        assertEquals(unresolved(reason), resolver.resolve(REAL));
    }

    @Test
    void resolve_lookupFails_saysNothingAboutTheRoute() {
        table.noRoute = Errno.ENOBUFS;
        IOException failure = assertThrows(IOException.class, () -> resolver.resolve(REAL));
        assertTrue(String.valueOf(failure.getMessage()).startsWith("route: ENOBUFS ("), failure::getMessage);
    }

    @Test
    void resolve_ownAddress_isRefused() throws IOException {
        table.routes.put(REAL, new Route(Netlink.RTN_LOCAL, 1, REAL));
        assertEquals(unresolved("10.0.3.11 is an address of this host"), resolver.resolve(REAL));
    }

    @Test
    void resolve_broadcastAddress_isRefused() throws IOException {
        table.routes.put(REAL, new Route(3, IFINDEX, REAL));
        assertEquals(unresolved("10.0.3.11 is not the address of one host"), resolver.resolve(REAL));
    }

    private void routeTo(InetAddress real, InetAddress gateway) {
        table.routes.put(real, new Route(Netlink.RTN_UNICAST, IFINDEX, gateway));
    }

    private void neighbour(InetAddress address, int state) {
        table.neighbours.put(address, new Neighbour(IFINDEX, address, state, MAC));
    }

    private static Unresolved unresolved(String reason) {
        return new Unresolved(reason);
    }
}
