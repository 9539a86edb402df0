// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import dev.thresher.daemon.nexthop.Route.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class NextHopResolverTest {
    private static final int ETH0 = 2;
    private static final int ETH1 = 3;
    private static final InetAddress REAL = IpText.parse("10.0.3.11");
    private static final InetAddress REAL6 = IpText.parse("fd00:3::11");
    private static final InetAddress GATEWAY = IpText.parse("10.0.2.1");
    private static final InetAddress GATEWAY6 = IpText.parse("fe80::1");
    private static final MacAddress ETH0_MAC = MacAddress.parse("02:00:00:00:00:10");
    private static final MacAddress ETH1_MAC = MacAddress.parse("02:00:00:00:00:11");
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:01");

    private final FakeRoutingTable table = new FakeRoutingTable();
    private boolean generic;
    private final NextHopResolver resolver = new NextHopResolver(table, "eth0", ETH0, () -> generic);

    @BeforeEach
    void makeInterfaces() {
        link(ethernet(ETH0, ETH0_MAC));
        link(ethernet(ETH1, ETH1_MAC));
    }

    @Test
    void resolve_throughAGateway_givesTheGatewaysMac() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        assertEquals(resolved(GATEWAY), resolver.resolve(REAL));
        assertEquals(List.of(), table.used);
    }

    @Test
    void resolve_ofIpv4ThroughAnIpv6Gateway_givesTheGatewaysMac() throws IOException {
        routeTo(REAL, GATEWAY6);
        neighbour(GATEWAY6, Netlink.NUD_PERMANENT);
        assertEquals(resolved(GATEWAY6), resolver.resolve(REAL));
    }

    @Test
    void resolve_staleNeighbour_isUsedAndVerified() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, Netlink.NUD_STALE);
        assertEquals(resolved(GATEWAY), resolver.resolve(REAL));
        assertEquals(List.of(GATEWAY), table.used);
    }

    @ParameterizedTest
    @ValueSource(ints = {Netlink.NUD_DELAY, Netlink.NUD_PROBE})
    void resolve_neighbourBeingVerified_isLeftToTheKernel(int state) throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, state);
        assertEquals(resolved(GATEWAY), resolver.resolve(REAL));
        assertEquals(List.of(), table.used);
    }

    @Test
    void resolve_failedNeighbourWithAnOldMac_isUnresolved() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, 0x20);
        assertEquals(silent("the gateway 10.0.2.1 does not answer ARP"), resolver.resolve(REAL));
        assertEquals(List.of(GATEWAY), table.used);
    }

    @Test
    void resolve_unknownNeighbour_makesTheKernelAskForIt() throws IOException {
        routeTo(REAL, REAL);
        assertEquals(silent("10.0.3.11 does not answer ARP"), resolver.resolve(REAL));
        assertEquals(List.of(REAL), table.used);
    }

    @Test
    void resolve_unknownIpv6Neighbour_saysNeighbourDiscovery() throws IOException {
        routeTo(REAL6, REAL6);
        assertEquals(silent("fd00:3::11 does not answer neighbour discovery"), resolver.resolve(REAL6));
    }

    @Test
    void resolve_throughAnotherInterface_leavesByThat() throws IOException {
        routeTo(REAL, ETH1, GATEWAY, 0);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        assertEquals(new Resolved(MAC, ETH1_MAC, GATEWAY, ETH1, 1500), resolver.resolve(REAL));
    }

    @Test
    void resolve_throughAVlanOrTheBond_leavesByThePort() throws IOException {
        MacAddress bondMac = MacAddress.parse("02:00:00:00:00:12");
        link(new Link(ETH0, "eth0", "", 0, 7, ETH0_MAC, 1500, true, true, null));
        link(new Link(7, "bond0", "bond", 0, 0, bondMac, 1500, true, true, null));
        link(vlan(8, "eth0.5", ETH0, ETH0_MAC, 0x8100));
        link(vlan(9, "bond0.5", 7, bondMac, 0x8100));
        link(vlan(10, "eth1.5", ETH1, ETH1_MAC, 0x8100));
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        routeTo(REAL, 7, GATEWAY, 0);
        assertEquals(new Resolved(MAC, bondMac, GATEWAY, Resolved.SAME_PORT, 1500), resolver.resolve(REAL));
        routeTo(REAL, 8, GATEWAY, 0);
        assertEquals(new Resolved(MAC, ETH0_MAC, GATEWAY, Resolved.SAME_PORT, 1496, 5), resolver.resolve(REAL));
        routeTo(REAL, 9, GATEWAY, 0);
        assertEquals(new Resolved(MAC, bondMac, GATEWAY, Resolved.SAME_PORT, 1496, 5), resolver.resolve(REAL));
        routeTo(REAL, 10, GATEWAY, 0);
        assertEquals(new Resolved(MAC, ETH1_MAC, GATEWAY, ETH1, 1496, 5), resolver.resolve(REAL));
    }

    private static Link vlan(int ifindex, String name, int lower, MacAddress mac, int protocol) {
        return new Link(ifindex, name, "vlan", lower, 0, mac, 1496, true, true, new Link.Vlan(5, protocol));
    }

    @Test
    void resolve_throughTheBridgeOfThePort_leavesTheTags() throws IOException {
        link(new Link(ETH0, "eth0", "", 0, 7, ETH0_MAC, 1500, true, true, null));
        link(new Link(7, "br0", "bridge", 0, 0, ETH0_MAC, 1500, true, true, null));
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        routeTo(REAL, 7, GATEWAY, 0);
        assertEquals(
                new Resolved(MAC, ETH0_MAC, GATEWAY, Resolved.SAME_PORT, 1500, NextHop.TAGS_AS_THEY_CAME),
                resolver.resolve(REAL));
    }

    @ParameterizedTest
    @CsvSource({
        "8, 'eth0.5, whose frames have service tags (802.1ad): only 802.1Q is known'",
        "9, 'eth0.5.5, whose frames have two tags: only one is known'",
        "10, 'eth9.5, which belongs to an interface of another network namespace'",
        "11, 'br0, which takes no frames from XDP: it is a bridge'",
        "12, 'br0, which takes no frames from XDP: it is a bridge'",
        "3, 'eth1, which takes no frames from XDP: its driver has no ndo_xdp_xmit'"
    })
    void resolve_throughWhatFramesDoNotGetThrough_saysWhy(int ifindex, String reason) throws IOException {
        link(vlan(8, "eth0.5", ETH0, ETH0_MAC, 0x88a8));
        link(vlan(9, "eth0.5.5", 13, ETH0_MAC, 0x8100));
        link(vlan(10, "eth9.5", 99, ETH0_MAC, 0x8100));
        link(new Link(11, "br0", "bridge", 0, 0, ETH1_MAC, 1500, true, true, null));
        link(vlan(12, "br0.5", 11, ETH1_MAC, 0x8100));
        link(vlan(13, "eth0.6", ETH0, ETH0_MAC, 0x8100));
        table.unable.addAll(List.of(11, ETH1));
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        routeTo(REAL, ifindex, GATEWAY, 0);
        assertEquals(new Unresolved("10.0.3.11 is reached through " + reason, true), resolver.resolve(REAL));
    }

    @Test
    void resolve_inGenericMode_leavesByAnyInterface() throws IOException {
        table.unable.add(ETH1);
        generic = true;
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        routeTo(REAL, ETH1, GATEWAY, 0);
        assertEquals(new Resolved(MAC, ETH1_MAC, GATEWAY, ETH1, 1500), resolver.resolve(REAL));
    }

    @ParameterizedTest
    @CsvSource({"0, 1500", "1400, 1400", "9000, 1500"})
    void resolve_mtu_isTheSmallerOfRouteAndInterface(int ofRoute, int mtu) throws IOException {
        routeTo(REAL, ETH0, GATEWAY, ofRoute);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        assertEquals(new Resolved(MAC, ETH0_MAC, GATEWAY, Resolved.SAME_PORT, mtu), resolver.resolve(REAL));
    }

    @Test
    void resolve_attachedInterfaceDown_isNoReasonToGiveUp() throws IOException {
        routeTo(REAL, ETH1, GATEWAY, 0);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        link(new Link(ETH0, "eth0", "", 0, 0, ETH0_MAC, 1500, false, false, null));
        assertEquals(silent("10.0.3.11 cannot be reached: eth0 is down"), resolver.resolve(REAL));
        resolver.refresh();
        link(new Link(ETH0, "eth0", "", 0, 0, ETH0_MAC, 1500, true, false, null));
        assertEquals(silent("10.0.3.11 cannot be reached: eth0 has no carrier"), resolver.resolve(REAL));
        resolver.refresh();
        table.links.remove(ETH0);
        assertEquals(silent("10.0.3.11 cannot be reached: eth0 is gone"), resolver.resolve(REAL));
    }

    @Test
    void resolve_otherInterfaceWithoutCarrier_isNoWay() throws IOException {
        routeTo(REAL, ETH1, GATEWAY, 0);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        link(new Link(ETH1, "eth1", "", 0, 0, ETH1_MAC, 1500, true, false, null));
        assertEquals(unresolved("10.0.3.11 cannot be reached: eth1 has no carrier"), resolver.resolve(REAL));
        table.routes.put(REAL, route(new Way(ETH1, GATEWAY, 1, true)));
        assertEquals(unresolved("10.0.3.11 cannot be reached: eth1 has no carrier"), resolver.resolve(REAL));
    }

    @Test
    void resolve_throughATunnel_isNoWay() throws IOException {
        routeTo(REAL, ETH1, GATEWAY, 0);
        link(new Link(ETH1, "tun0", "tun", 0, 0, null, 1500, true, true, null));
        assertEquals(
                unresolved("10.0.3.11 is reached through tun0, which is not an Ethernet interface"),
                resolver.resolve(REAL));
    }

    @Test
    void resolve_severalWays_takesTheNextOneWhileTheBestDoesNotAnswer() throws IOException {
        InetAddress other = IpText.parse("10.0.2.2");
        List<Way> ways = List.of(new Way(ETH0, GATEWAY, 1, false), new Way(ETH1, other, 1, false));
        table.routes.put(REAL, new Route(Netlink.RTN_UNICAST, ways, 0));
        List<Way> order = WayChoice.inOrder(REAL, ways);
        InetAddress best = order.get(0).gateway();
        InetAddress second = order.get(1).gateway();
        assertEquals(silent("the gateway " + IpText.format(best) + " does not answer ARP"), resolver.resolve(REAL));
        neighbour(second, Netlink.NUD_REACHABLE);
        assertEquals(second, ((Resolved) resolver.resolve(REAL)).gateway());
        neighbour(best, Netlink.NUD_REACHABLE);
        assertEquals(best, ((Resolved) resolver.resolve(REAL)).gateway());
    }

    @Test
    void resolve_asksForEachInterfaceOnce_untilRefreshed() throws IOException {
        routeTo(REAL, GATEWAY);
        neighbour(GATEWAY, Netlink.NUD_REACHABLE);
        resolver.resolve(REAL);
        resolver.resolve(REAL);
        assertEquals(1, table.linksAsked);
        link(new Link(ETH0, "eth0", "", 0, 0, ETH1_MAC, 9000, true, true, null));
        resolver.refresh();
        assertEquals(new Resolved(MAC, ETH1_MAC, GATEWAY, Resolved.SAME_PORT, 9000), resolver.resolve(REAL));
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
        table.routes.put(REAL, new Route(Netlink.RTN_LOCAL, List.of(new Way(1, REAL, 1, false)), 0));
        assertEquals(unresolved("10.0.3.11 is an address of this host"), resolver.resolve(REAL));
    }

    @Test
    void resolve_broadcastAddress_isRefused() throws IOException {
        table.routes.put(REAL, new Route(3, List.of(new Way(ETH0, REAL, 1, false)), 0));
        assertEquals(unresolved("10.0.3.11 is not the address of one host"), resolver.resolve(REAL));
    }

    private void routeTo(InetAddress real, InetAddress gateway) {
        routeTo(real, ETH0, gateway, 0);
    }

    private void routeTo(InetAddress real, int ifindex, InetAddress gateway, int mtu) {
        table.routes.put(real, new Route(Netlink.RTN_UNICAST, List.of(new Way(ifindex, gateway, 1, false)), mtu));
    }

    private static Route route(Way way) {
        return new Route(Netlink.RTN_UNICAST, List.of(way), 0);
    }

    private void neighbour(InetAddress address, int state) {
        table.neighbours.put(address, new Neighbour(ETH0, address, state, MAC));
    }

    private void link(Link link) {
        table.links.put(link.ifindex(), link);
    }

    private static Link ethernet(int ifindex, MacAddress mac) {
        return new Link(ifindex, "eth" + (ifindex - ETH0), "", 0, 0, mac, 1500, true, true, null);
    }

    private static Resolved resolved(InetAddress gateway) {
        return new Resolved(MAC, ETH0_MAC, gateway, Resolved.SAME_PORT, 1500);
    }

    private static Unresolved unresolved(String reason) {
        return new Unresolved(reason, true);
    }

    private static Unresolved silent(String reason) {
        return new Unresolved(reason, false);
    }
}
