// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.nexthop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.config.IpText;
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
    private static final String DIRECT_ANSWER =
            "6800000018000000070000004374000002200000fe0000010002000008000f00fe000000"
                    + "08000100c6120002080004000200000008000700c6120001080019000000000024000c0002"
                    + "00000000000000000000000000000000000000000000000000000000000000";

    @Test
    void routeRequest_forIpv4() {
        assertEquals(
                "240000001a000100070000000000000002200000000000000000000008000100c6120002",
                encoded(Netlink.RTM_GETROUTE, 0, RouteMessage.request(DIRECT)));
    }

    @Test
    void routeRequest_forIpv6() {
        assertEquals(
                "300000001a00010007000000000000000a800000000000000000000014000100fd000198001800000000000000000002",
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
    void route_directlyConnected_hasTheDestinationForGateway() {
        assertEquals(new Route(Netlink.RTN_UNICAST, 2, DIRECT), route(DIRECT_ANSWER, DIRECT));
    }

    @Test
    void route_throughAGateway() {
        String answer =
                "7000000018000000070000004374000002200000fe0000010002000008000f00fe00000008000100c612090108000400"
                    + "0200000008000700c612000108000500c6120002080019000000000024000c0002000000000000000000000000000000"
                    + "00000000000000000000000000000000";
        assertEquals(new Route(Netlink.RTN_UNICAST, 2, DIRECT), route(answer, IpText.parse("198.18.9.1")));
    }

    @Test
    void route_throughAnIpv6Gateway() {
        String answer =
                "b00000001800000007000000437400000a808000fe0300010000000008000f00fe00000014000100fd00000900000000"
                    + "0000000000000001140002000000000000000000000000000000000014000700fd000198001800000000000000000001"
                    + "080006000004000014000500fd000198001800000000000000000002080004000200000024000c000200000000000000"
                    + "0000000000000000000000000000000000000000000000000500140000000000";
        assertEquals(new Route(Netlink.RTN_UNICAST, 2, DIRECT6), route(answer, IpText.parse("fd00:9::1")));
    }

    @Test
    void route_ofIpv4ThroughAnIpv6Gateway() {
        String answer =
                "8000000018000000070000004374000002200000fe0000010002000008000f00fe00000008000100c6120a0108000400"
                    + "0200000008000700c6120001160012000a00fd0001980018000000000000000000020000080019000000000024000c00"
                    + "0200000000000000000000000000000000000000000000000000000000000000";
        assertEquals(new Route(Netlink.RTN_UNICAST, 2, DIRECT6), route(answer, IpText.parse("198.18.10.1")));
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
        assertEquals(
                DIRECT, RouteMessage.parse(messages.get(1).payload(), DIRECT).gateway());
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
