// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.QuicPacket.LongHeader;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that a source route holds go to its member, whatever the tables say. */
class SourceRouteTest {
    private static final String VIP = "203.0.113.10:80";
    private static final String VIP6 = "[2001:db8::10]:80";

    private LoadedProgram lb;
    private Service web;
    private int other;
    private int wide;
    private int narrow;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
        web = lb.addRoutedVip("203.0.113.10", 80, Frame.TCP, false, true);
        other = lb.addRoutedMember(web, "10.0.3.11");
        wide = lb.addRoutedMember(web, "10.0.3.12");
        narrow = lb.addRoutedMember(web, "fd00:3::13");
        lb.setTable(web, other);
        lb.routeClients(web, "198.51.100.0", 24, wide);
        lb.routeClients(web, "198.51.100.128", 25, narrow);
        lb.routeClients(web, "198.51.100.200", 32, other);
    }

    @AfterEach
    void close() {
        lb.close();
    }

    private void assertGoesTo(int member, Frame frame) {
        long before = lb.stats(member).packets();
        assertEquals(Verdict.TX, Verdict.of(lb.run(frame)), frame::toString);
        assertEquals(before + 1, lb.stats(member).packets(), frame::toString);
    }

    private static Frame from(String client) {
        return Frame.tcp(client + ":40000", VIP);
    }

    @Test
    void longest_prefix_decides_for_every_packet() {
        assertGoesTo(wide, from("198.51.100.1").syn());
        assertGoesTo(wide, from("198.51.100.127").ack());
        assertGoesTo(narrow, from("198.51.100.128").ack());
        assertGoesTo(narrow, from("198.51.100.255").fin().ack());
        assertEquals(0, lb.flows().all().count(), "none of them is entered");
        assertGoesTo(other, from("198.51.100.200").syn());
        assertGoesTo(other, from("198.51.101.1").syn());
        assertEquals(1, lb.flows().all().count(), "the one that no route holds");
        assertEquals(1, lb.stats(wide).newFlows(), "a SYN is a new flow");
        assertEquals(0, lb.stats(narrow).newFlows());
    }

    @Test
    void route_that_comes_takes_over_flows_that_are_there_and_gives_them_back() {
        assertGoesTo(other, from("192.0.2.7").syn());
        assertGoesTo(other, from("192.0.2.7").ack());
        lb.routeClients(web, "192.0.2.0", 24, narrow);
        assertGoesTo(narrow, from("192.0.2.7").ack());
        lb.setState(narrow, MemberState.DOWN);
        assertGoesTo(other, from("192.0.2.7").ack());
        assertEquals(1, lb.counter(Counter.ROUTE_DOWN));
    }

    @Test
    void ipv6_clients_have_routes_of_their_own() {
        Service web6 = lb.addRoutedVip("2001:db8::10", 80, Frame.TCP, false, true);
        int rest = lb.addRoutedMember(web6, "10.0.3.21");
        int chosen = lb.addRoutedMember(web6, "fd00:3::22");
        lb.setTable(web6, rest);
        lb.routeClients(web6, "2001:db8:5::", 48, chosen);
        assertGoesTo(chosen, Frame.tcp("[2001:db8:5:ffff::1]:40000", VIP6).syn());
        assertGoesTo(rest, Frame.tcp("[2001:db8:6::1]:40000", VIP6).syn());
        lb.routeClients(web6, "::", 0, chosen);
        assertGoesTo(chosen, Frame.tcp("[2001:db8:6::1]:40000", VIP6).syn());
    }

    @Test
    void routes_of_one_vip_are_not_those_of_another() {
        Service mail = lb.addRoutedVip("203.0.113.10", 25, Frame.TCP, false, true);
        int member = lb.addRoutedMember(mail, "10.0.3.25");
        lb.setTable(mail, member);
        assertGoesTo(member, Frame.tcp("198.51.100.1:40000", "203.0.113.10:25").syn());
        lb.routeClients(mail, "198.51.100.0", 24, wide);
        assertGoesTo(member, Frame.tcp("198.51.100.1:40000", "203.0.113.10:25").syn());
        assertEquals(1, lb.counter(Counter.ROUTE_DOWN), "a member of another VIP");
    }

    @Test
    void member_of_weight_zero_gets_its_clients() {
        lb.setState(wide, MemberState.DRAIN);
        assertGoesTo(wide, from("198.51.100.1").syn());
    }

    @Test
    void member_that_is_down_leaves_its_clients_to_maglev() {
        lb.setState(wide, MemberState.DOWN);
        assertGoesTo(other, from("198.51.100.1").syn());
        assertGoesTo(other, from("198.51.100.1").ack());
        assertEquals(2, lb.counter(Counter.ROUTE_DOWN));
        lb.setState(wide, MemberState.UP);
        assertGoesTo(wide, from("198.51.100.1").ack());
    }

    @Test
    void connection_id_goes_before_a_source_route_and_that_before_maglev() {
        Service both = lb.addRoutedVip("203.0.113.10", 443, Frame.UDP, true, true);
        int maglev = lb.addRoutedMember(both, "10.0.3.31");
        int byId = lb.addRoutedMember(both, "10.0.3.32");
        int bySource = lb.addRoutedMember(both, "10.0.3.33");
        lb.setTable(both, maglev);
        lb.object()
                .map(MapNames.QUIC_CONFIGS)
                .update(
                        LoadedProgram.key(both.id()),
                        QuicConfig.quicLb(Map.of(0, 1)).encode());
        lb.nameServer(both, 0, "01", byId);
        lb.routeClients(both, "198.51.100.0", 24, bySource);
        Frame named =
                Frame.udp("198.51.100.1:40000", "203.0.113.10:443").payload(QuicPacket.shortHeader("0801112233445566"));
        Frame initial = Frame.udp("198.51.100.1:40000", "203.0.113.10:443")
                .payload(QuicPacket.longHeader(1, LongHeader.INITIAL, "0801112233445566"));
        assertGoesTo(byId, named);
        assertGoesTo(bySource, initial);
        lb.setState(byId, MemberState.DOWN);
        assertGoesTo(bySource, named);
        lb.setState(bySource, MemberState.DOWN);
        assertGoesTo(maglev, named);
        assertEquals(0, lb.counter(Counter.ROUTE_UNKNOWN_ID));
        assertEquals(3, lb.counter(Counter.ROUTE_DOWN));
    }

    /** About a packet that a real server sent to the client, which the network could not deliver. */
    private static Frame error(String client) {
        Frame lost = Frame.tcp(VIP, client + ":40000").ack();
        return Frame.icmp(
                "192.0.2.99",
                "203.0.113.10",
                Icmp.about(Icmp.Kind.TOO_BIG, lost, 8).mtu(1300));
    }

    @Test
    void error_about_a_flow_goes_where_its_packets_go() {
        assertGoesTo(wide, error("198.51.100.1"));
        assertGoesTo(narrow, error("198.51.100.129"));
        assertGoesTo(other, from("192.0.2.7").syn());
        lb.setTable(web, wide);
        assertGoesTo(other, error("192.0.2.7"));
        assertGoesTo(wide, error("192.0.2.8"));
    }
}
