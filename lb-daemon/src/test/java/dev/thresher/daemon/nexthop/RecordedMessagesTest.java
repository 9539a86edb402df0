// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
import dev.thresher.daemon.nexthop.Route.Way;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Messages as Linux 6.18 on x86-64 took and gave them. */
final class RecordedMessagesTest {
    private static final int SEQUENCE = 7;
    private static final InetAddress DIRECT = IpText.parse("198.18.0.2");
    private static final InetAddress DIRECT6 = IpText.parse("fd00:198:18::2");
    private static final int ETH0 = 12;
    private static final int ETH1 = 13;
    private static final String DIRECT_ANSWER =
            "3c0000001800000007000000fd39000002180000fe02fd010000000008000f00fe00000008000100c612000008000700"
                    + "c6120001080004000c000000";

    @Test
    void routeRequest_forIpv4() {
        assertEquals(
                "240000001a000100070000000000000002200000000000000020000008000100c6120002",
                encoded(Netlink.RTM_GETROUTE, 0, RouteMessage.request(DIRECT)));
    }

    @Test
    void routeRequest_forIpv6() {
        assertEquals(
                "300000001a00010007000000000000000a800000000000000020000014000100fd000198001800000000000000000002",
                encoded(Netlink.RTM_GETROUTE, 0, RouteMessage.request(DIRECT6)));
    }

    @Test
    void neighbourRequest() {
        assertEquals(
                "240000001e000100070000000000000002000000020000000000000008000100c6120002",
                encoded(Netlink.RTM_GETNEIGH, 0, NeighbourMessage.request(2, DIRECT, 0)));
    }

    @Test
    void neighbourUse() {
        assertEquals(
                "300000001c00050407000000000000000a000000020000000000010014000100fd000198001800000000000000000002",
                encoded(
                        Netlink.RTM_NEWNEIGH,
                        Netlink.NLM_F_CREATE | Netlink.NLM_F_ACK,
                        NeighbourMessage.request(2, DIRECT6, Netlink.NTF_USE)));
    }

    @Test
    void linkRequest_withoutStatistics() {
        assertEquals(
                "28000000120001000700000000000000000000000c000000000000000000000008001d0008000000",
                encoded(Netlink.RTM_GETLINK, 0, LinkMessage.request(ETH0)));
    }

    @Test
    void route_directlyConnected_hasTheDestinationForGateway() {
        assertEquals(route(ETH0, DIRECT), route(DIRECT_ANSWER, DIRECT));
    }

    @Test
    void route_throughAGateway() {
        String answer = "3c0000001800000007000000fd39000002180000fe0300010000000008000f00fe00000008000100c6120800"
                + "08000500c6120002080004000c000000";
        assertEquals(route(ETH0, DIRECT), route(answer, IpText.parse("198.18.8.1")));
    }

    @Test
    void route_throughAnIpv6Gateway_withAnMtu() {
        String answer = "940000001800000007000000fd3900000a400000fe0300010000000008000f00fe00000014000100fd000008"
                + "0000000000000000000000000c0008000800020064050000080006000004000014000500fd00019800180000"
                + "0000000000000002080004000c00000024000c00000000000000000000000000000000000000000000000000"
                + "00000000000000000500140000000000";
        assertEquals(
                new Route(Netlink.RTN_UNICAST, List.of(new Way(ETH0, DIRECT6, 1, false)), 1380),
                route(answer, IpText.parse("fd00:8::1")));
    }

    @Test
    void route_ofIpv4ThroughAnIpv6Gateway() {
        String answer = "4c0000001800000007000000fd39000002180000fe0300010000000008000f00fe00000008000100c6120a00"
                + "160012000a00fd0001980018000000000000000000020000080004000c000000";
        assertEquals(route(ETH0, DIRECT6), route(answer, IpText.parse("198.18.10.1")));
    }

    @Test
    void route_ofThreeWays_oneOfThemWithoutCarrier() {
        String answer = "7c0000001800000007000000343a000002180000fe0300010000000008000f00fe00000008000100c6120900"
                + "0c000800080002007805000044000900100000020c00000008000500c6120002100010000d00000008000500"
                + "c6120102200000000c000000160012000a00fd0001980018000000000000000000020000";
        assertEquals(
                new Route(
                        Netlink.RTN_UNICAST,
                        List.of(
                                new Way(ETH0, DIRECT, 3, false),
                                new Way(ETH1, IpText.parse("198.18.1.2"), 1, true),
                                new Way(ETH0, DIRECT6, 1, false)),
                        1400),
                route(answer, IpText.parse("198.18.9.1")));
    }

    @Test
    void route_ofTwoIpv6Ways() {
        String answer = "a80000001800000007000000fd3900000a400000fe0300010000000008000f00fe00000014000100fd000009"
                + "00000000000000000000000008000600000400003c0009001c0000010c00000014000500fd00019800180000"
                + "00000000000000021c0000000d00000014000500fd00019800190000000000000000000224000c0000000000"
                + "000000000000000000000000000000000000000000000000000000000500140000000000";
        assertEquals(
                new Route(
                        Netlink.RTN_UNICAST,
                        List.of(
                                new Way(ETH0, DIRECT6, 2, false),
                                new Way(ETH1, IpText.parse("fd00:198:19::2"), 1, false)),
                        0),
                route(answer, IpText.parse("fd00:9::1")));
    }

    @Test
    void route_whoseInterfaceHasNoCarrier_isDead() {
        String answer = "3c0000001800000007000000343a000002180000fe02fd011000000008000f00fe00000008000100c6120100"
                + "08000700c6120101080004000d000000";
        InetAddress real = IpText.parse("198.18.1.2");
        assertEquals(new Route(Netlink.RTN_UNICAST, List.of(new Way(ETH1, real, 1, true)), 0), route(answer, real));
    }

    /** Without the attributes that nobody reads. */
    @Test
    void link_ofAVeth() {
        String answer = "600000001000000007000000fd390000000001000c0000004310010000000000090003006574683000000000"
                + "050010000600000008000400dc0500000a0001000200000000010000100012000900010076657468000000000800050002000000";
        assertEquals(
                new Link(ETH0, "eth0", "veth", 2, 0, MacAddress.parse("02:00:00:00:00:01"), 1500, true, true, null),
                LinkMessage.parse(only(answer).payload()));
    }

    /** Put together after linux/if_link.h: the kernel of the other recordings has no VLANs. */
    @Test
    void link_ofAVlan() {
        String answer = "780000001000000007000000fd390000000001000900000043100100000000000c000300657468302e323000"
                + "080005000200000008000400dc0500000a00010002000000000100003000120009000100766c616e00000000"
                + "20000200060001001400000006000500810000000c00020001000000ffffffff";
        assertEquals(
                new Link(
                        9,
                        "eth0.20",
                        "vlan",
                        2,
                        0,
                        MacAddress.parse("02:00:00:00:00:01"),
                        1500,
                        true,
                        true,
                        new Link.Vlan(20, Link.Vlan.CUSTOMER)),
                LinkMessage.parse(only(answer).payload()));
    }

    @Test
    void error_carriesTheErrno() {
        NetlinkMessage message =
                only("380000000200000007000000437400009bffffff240000001a00010007000000000000000220000000"
                        + "0000000000000008000100cb007101");
        assertEquals(Netlink.NLMSG_ERROR, message.type());
        assertEquals(SEQUENCE, message.sequence());
        assertEquals(101, message.errno());
    }

    @Test
    void acknowledgement_isErrorZero() {
        NetlinkMessage message = only("2400000002000001070000004374000000000000240000001c0005040700000000000000");
        assertEquals(Netlink.NLMSG_ERROR, message.type());
        assertEquals(0, message.errno());
    }

    @Test
    void neighbour_reachable() {
        String answer =
                "4c0000001c000000070000004374000002000000020000000200000108000100c61200020a0002000200000000020000"
                        + "08000400040000001400030014000000140000001400000002000000";
        MacAddress mac = MacAddress.parse("02:00:00:00:00:02");
        assertEquals(Optional.of(new Neighbour(2, DIRECT, Netlink.NUD_REACHABLE, mac)), neighbour(answer));
        assertEquals(mac, neighbour(answer).orElseThrow().usableMac());
    }

    @Test
    void neighbour_ofIpv6() {
        String event = "580000001c00000000000000000000000a000000020000000200000114000100fd00019800180000000000000000000"
                + "20a000200020000000002000008000400040000001400030000000000000000000000000003000000";
        assertEquals(
                Optional.of(new Neighbour(2, DIRECT6, Netlink.NUD_REACHABLE, MacAddress.parse("02:00:00:00:00:02"))),
                neighbour(event));
    }

    @Test
    void neighbour_thatDoesNotAnswer_hasNoMac() {
        String event = "400000001c000000000000000000000002000000020000002000000108000100c612004d08000400060000001400030"
                + "0a4180000340100000000000001000000";
        Neighbour failed = neighbour(event).orElseThrow();
        assertEquals(IpText.parse("198.18.0.77"), failed.address());
        assertNull(failed.usableMac());
    }

    @Test
    void neighbour_ofABridge_isIgnored() {
        String event =
                "4c0000001c000000070000004374000007000000020000000200000108000100c61200020a0002000200000000020000"
                        + "08000400040000001400030014000000140000001400000002000000";
        assertEquals(Optional.empty(), neighbour(event));
    }

    @Test
    void neighbour_thatTheKernelRemoved_hasNoMac() {
        Neighbour ethernet = new Neighbour(1, DIRECT, Netlink.NUD_REACHABLE, MacAddress.parse("02:00:00:00:00:02"));
        assertNull(ethernet.forgotten().usableMac());
    }

    @Test
    void datagram_ofSeveralMessages() {
        List<NetlinkMessage> messages = NetlinkMessage.parse(bytes(DIRECT_ANSWER + DIRECT_ANSWER));
        assertEquals(2, messages.size());
        assertEquals(route(ETH0, DIRECT), RouteMessage.parse(messages.get(1).payload(), DIRECT));
    }

    @Test
    void datagram_cutShort_losesItsLastMessageOnly() {
        ByteBuffer cut = bytes(DIRECT_ANSWER + DIRECT_ANSWER);
        assertEquals(1, NetlinkMessage.parse(cut.limit(cut.limit() - 1)).size());
        assertEquals(List.of(), NetlinkMessage.parse(cut.limit(NetlinkMessage.HEADER_LENGTH - 1)));
    }

    private static String encoded(int type, int flags, ByteBuffer payload) {
        ByteBuffer request = NetlinkMessage.request(type, flags, SEQUENCE, payload);
        byte[] bytes = new byte[request.remaining()];
        request.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Route route(int ifindex, InetAddress gateway) {
        return new Route(Netlink.RTN_UNICAST, List.of(new Way(ifindex, gateway, 1, false)), 0);
    }

    private static Route route(String hex, InetAddress destination) {
        return RouteMessage.parse(only(hex).payload(), destination);
    }

    private static Optional<Neighbour> neighbour(String hex) {
        return NeighbourMessage.parse(only(hex).payload());
    }

    private static NetlinkMessage only(String hex) {
        List<NetlinkMessage> messages = NetlinkMessage.parse(bytes(hex));
        assertEquals(1, messages.size());
        return messages.get(0);
    }

    private static ByteBuffer bytes(String hex) {
        return ByteBuffer.wrap(HexFormat.of().parseHex(hex)).order(ByteOrder.LITTLE_ENDIAN);
    }
}
