// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.thresher.bpf.LoadedProgram.MemberStats;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import java.net.InetAddress;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only the first fragment of a packet has ports: the others go where that one went. */
class FragmentTest {
    private static final int PIECE = 64;
    private static final int PAYLOAD = 200;
    private static final int CLIENTS = 40;

    private LoadedProgram lb;

    @BeforeEach
    void load() {
        lb = LoadedProgram.load();
    }

    @AfterEach
    void close() {
        lb.close();
    }

    /** One of each, so that no family is forgotten. */
    enum Family {
        IPV4("203.0.113.10", "10.0.1.2", "203.0.113.10"),
        IPV6("2001:db8:cafe::10", "fd00:1::2", "[2001:db8:cafe::10]");

        private final String vip;
        private final String client;
        private final String host;

        Family(String vip, String client, String host) {
            this.vip = vip;
            this.client = client;
            this.host = host;
        }

        String vip() {
            return vip;
        }

        String otherVip() {
            return this == IPV6 ? "2001:db8:cafe::11" : "203.0.113.11";
        }

        String from(int port) {
            return (this == IPV6 ? "[" + client + "]:" : client + ":") + port;
        }

        Frame udp(int clientPort, int port) {
            return Frame.udp(from(clientPort), host + ":" + port).payload(PAYLOAD);
        }
    }

    /** A UDP VIP whose slots go round many reals. */
    private Service dns(Family family, int port, HashKind hash) {
        Service service = lb.addVip(new VipMatch(Frame.address(family.vip), port, Frame.UDP), true, hash);
        int[] members = new int[50];
        for (int i = 0; i < members.length; i++) {
            members[i] = lb.addMember(service, "10.0.3." + i);
        }
        lb.setTable(service, members);
        return service;
    }

    private InetAddress realOf(byte[] frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.TX, Verdict.of(output));
        return Encapsulated.dissect(output.packet()).outer().getDstAddr();
    }

    private void assertPasses(byte[] frame) {
        BpfProgram.Output output = lb.run(frame);
        assertEquals(Verdict.PASS, Verdict.of(output));
        assertArrayEquals(frame, output.packet());
    }

    @ParameterizedTest
    @EnumSource
    void later_fragments_follow_the_first(Family family) {
        dns(family, 53, HashKind.FIVE_TUPLE);
        for (int client = 1; client <= CLIENTS; client++) {
            List<byte[]> pieces = family.udp(client, 53).identification(client).cut(PIECE);
            InetAddress real = realOf(family.udp(client, 53).bytes());
            for (byte[] piece : pieces) {
                assertEquals(real, realOf(piece), "client port " + client);
            }
        }
        assertEquals(CLIENTS, lb.flows().all().count(), "flows, which later fragments do not begin");
    }

    @ParameterizedTest
    @EnumSource
    void fragments_are_wrapped_as_they_are(Family family) {
        dns(family, 53, HashKind.FIVE_TUPLE);
        for (byte[] piece : family.udp(1, 53).cut(PIECE)) {
            byte[] sent = lb.run(piece).packet();
            byte[] ip = java.util.Arrays.copyOfRange(piece, Frame.ETHERNET_HEADER, piece.length);
            assertArrayEquals(ip, Encapsulated.dissect(sent).inner());
            Checksums.assertRight(sent);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fragment_of_another_packet_does_not_follow(Family family) {
        Service service = dns(family, 53, HashKind.FIVE_TUPLE);
        realOf(family.udp(1, 53).identification(1).cut(PIECE).get(0));
        byte[] other = family.udp(1, 53).identification(2).cut(PIECE).get(1);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(other)));
        assertEquals(1, lb.counter(Counter.DROP_FRAGMENT));
        assertEquals(0, lb.dropped(service), "which VIP it was for is not known");
    }

    @ParameterizedTest
    @EnumSource
    void fragment_that_comes_before_the_first_is_a_counted_drop(Family family) {
        Service any = dns(family, 0, HashKind.FIVE_TUPLE);
        List<byte[]> pieces = family.udp(1, 53).cut(PIECE);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(pieces.get(2))));
        assertEquals(1, lb.counter(Counter.DROP_FRAGMENT));
        assertEquals(1, lb.dropped(any, Counter.DROP_FRAGMENT));
        assertEquals(1, lb.dropped(any));
        assertEquals(0, lb.flows().all().count());
        realOf(pieces.get(0));
        realOf(pieces.get(2));
    }

    @ParameterizedTest
    @EnumSource
    void vip_of_any_port_that_hashes_the_source_needs_no_first_fragment(Family family) {
        dns(family, 0, HashKind.SOURCE);
        InetAddress real = realOf(family.udp(1, 53).bytes());
        for (int id = 0; id < CLIENTS; id++) {
            byte[] piece = family.udp(7 + id, 53).identification(id).cut(PIECE).get(1);
            assertEquals(real, realOf(piece));
        }
        assertEquals(0, lb.counter(Counter.DROP_FRAGMENT));
    }

    /** What is sent where: to the routed member, of a client that has a route. */
    private Service routed(Family family, HashKind hash, boolean quic) {
        Service service = lb.addRoutedVip(new VipMatch(Frame.address(family.vip), 0, Frame.UDP), hash, quic, true);
        int other = lb.addRoutedMember(service, "10.0.3.11");
        int chosen = lb.addRoutedMember(service, "10.0.3.12");
        lb.setTable(service, other);
        lb.routeClients(service, family.client, family == Family.IPV6 ? 128 : 32, chosen);
        return service;
    }

    @ParameterizedTest
    @EnumSource
    void client_with_a_source_route_needs_no_first_fragment(Family family) {
        Service service = routed(family, HashKind.FIVE_TUPLE, false);
        List<byte[]> pieces = family.udp(1, 53).cut(PIECE);
        for (int i : new int[] {2, 1, 0, 1}) {
            assertEquals(Frame.address("10.0.3.12"), realOf(pieces.get(i)), "fragment " + i);
        }
        lb.routeClients(service, family.client, family == Family.IPV6 ? 128 : 32, 0);
        byte[] early = family.udp(1, 53).identification(2).cut(PIECE).get(1);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(early)), "without a route its flow decides");
        assertEquals(1, lb.dropped(service, Counter.DROP_FRAGMENT));
    }

    /** A connection id, which only the first fragment has, goes before the source route and the hash. */
    @ParameterizedTest
    @EnumSource
    void fragment_for_a_vip_with_connection_ids_needs_its_first_one(Family family) {
        for (HashKind hash : new HashKind[] {HashKind.FIVE_TUPLE, HashKind.SOURCE}) {
            Service service = routed(family, hash, true);
            assertEarlyIsDropped(family, service);
            lb.routeClients(service, family.client, family == Family.IPV6 ? 128 : 32, 0);
            assertEarlyIsDropped(family, service);
            assertEquals(2, lb.dropped(service, Counter.DROP_FRAGMENT));
        }
    }

    private void assertEarlyIsDropped(Family family, Service service) {
        byte[] early = family.udp(1, 53).cut(PIECE).get(1);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(early)), () -> "to " + service);
    }

    /** Such as nobody sends who means well (RFC 1858), but all of it is for the VIP. */
    @ParameterizedTest
    @EnumSource
    void first_fragment_that_ends_within_the_tcp_header_goes_where_the_rest_goes(Family family) {
        Service service = lb.addVip(family.vip, 80, Frame.TCP);
        int member = lb.addMember(service, "10.0.3.11");
        lb.setTable(service, member);
        for (int bytes : new int[] {8, 16}) {
            Frame frame =
                    Frame.tcp(family.from(bytes), family.host + ":80").syn().payload(20);
            for (byte[] piece : frame.identification(bytes).cut(bytes)) {
                assertEquals(Frame.address("10.0.3.11"), realOf(piece));
            }
        }
        assertEquals(2, lb.stats(member).newFlows());
        assertEquals(2, lb.flows().all().count());
        for (int bytes : new int[] {8, 16}) {
            Frame frame = Frame.tcp(family.from(1), family.host + ":22").syn().payload(20);
            for (byte[] piece : frame.identification(1000 + bytes).cut(bytes)) {
                assertPasses(piece);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void short_first_fragment_shows_its_flags(Family family) {
        Service service = lb.addVip(family.vip, 80, Frame.TCP);
        int member = lb.addMember(service, "10.0.3.11");
        lb.setTable(service, member);
        Frame fin = Frame.tcp(family.from(1), family.host + ":80").fin().payload(20);
        realOf(fin.cut(8).get(0));
        assertEquals(false, lb.flows().all().findFirst().orElseThrow().shortLived(), "the flag is in the next piece");
        realOf(fin.cut(16).get(0));
        assertEquals(true, lb.flows().all().findFirst().orElseThrow().shortLived());
    }

    @ParameterizedTest
    @EnumSource
    void first_fragment_of_less_than_any_may_have_passes(Family family) {
        dns(family, 80, HashKind.FIVE_TUPLE);
        lb.setTable(lb.addVip(family.vip, 80, Frame.TCP), 0);
        byte[] whole = Frame.tcp(family.from(1), family.host + ":80")
                .payload(20)
                .cut(8)
                .get(0);
        int length = Frame.ETHERNET_HEADER + (family == Family.IPV6 ? 4 : 2);
        for (int missing = 1; missing <= 8; missing++) {
            byte[] padded = whole.clone();
            padded[length + 1] -= (byte) missing;
            assertPasses(padded);
            assertPasses(java.util.Arrays.copyOf(padded, padded.length - missing));
        }
    }

    @ParameterizedTest
    @EnumSource
    void real_that_is_gone_is_not_followed(Family family) {
        Service service = dns(family, 53, HashKind.FIVE_TUPLE);
        int only = lb.addMember(service, "10.0.3.99");
        lb.setTable(service, only);
        List<byte[]> pieces = family.udp(1, 53).cut(PIECE);
        realOf(pieces.get(0));
        lb.object().map("members").update(LoadedProgram.key(only), new byte[64]);
        assertEquals(Verdict.DROP, Verdict.of(lb.run(pieces.get(1))));
        assertEquals(new MemberStats(1, pieces.get(0).length - Frame.ETHERNET_HEADER, 1), lb.stats(only));
    }

    @ParameterizedTest
    @EnumSource
    void fragments_for_another_port_of_the_address_pass(Family family) {
        dns(family, 53, HashKind.FIVE_TUPLE);
        for (byte[] piece : family.udp(1, 4500).cut(PIECE)) {
            assertPasses(piece);
        }
    }

    @ParameterizedTest
    @EnumSource
    void fragments_of_a_protocol_without_vips_pass_in_any_order(Family family) {
        dns(family, 53, HashKind.FIVE_TUPLE);
        String to = family.host + ":53";
        Function<Integer, byte[]> piece = i ->
                Frame.tcp(family.from(1), to).ack().payload(PAYLOAD).cut(PIECE).get(i);
        assertPasses(piece.apply(1));
        assertPasses(piece.apply(0));
        assertPasses(piece.apply(2));
        assertEquals(0, lb.counter(Counter.DROP_FRAGMENT));
    }

    /** The address has VIPs of TCP only, and the prefix around it one of UDP. */
    @ParameterizedTest
    @EnumSource
    void fragment_for_a_prefix_is_a_counted_drop_where_an_address_has_other_vips(Family family) {
        lb.addVip(family.vip, 80, Frame.TCP);
        int bits = family == Family.IPV6 ? 64 : 24;
        String net = family == Family.IPV6 ? "2001:db8:cafe::" : "203.0.113.0";
        lb.addVip(new VipMatch(Frame.address(net), bits, 53, Frame.UDP), true, HashKind.FIVE_TUPLE);
        assertEquals(
                Verdict.DROP, Verdict.of(lb.run(family.udp(1, 53).cut(PIECE).get(1))));
        assertEquals(1, lb.counter(Counter.DROP_FRAGMENT));
    }

    @ParameterizedTest
    @EnumSource
    void fragments_for_no_vip_pass_in_any_order(Family family) {
        List<byte[]> pieces = family.udp(1, 53).cut(PIECE);
        assertPasses(pieces.get(1));
        assertPasses(pieces.get(0));
        assertPasses(pieces.get(1));
    }

    @ParameterizedTest
    @EnumSource
    void fragments_of_a_ping_pass(Family family) {
        dns(family, 53, HashKind.FIVE_TUPLE);
        for (byte[] piece : Frame.icmp(family.client, family.vip, Icmp.echo(1, 0))
                .payload(PAYLOAD)
                .cut(PIECE)) {
            assertPasses(piece);
        }
    }

    @ParameterizedTest
    @EnumSource
    void more_packets_than_there_is_room_for_are_forgotten_oldest_or_not(Family family) {
        dns(family, 53, HashKind.FIVE_TUPLE);
        for (int id = 0; id < 40_000; id++) {
            realOf(family.udp(1 + id % 60_000, 53).identification(id).cut(PIECE).get(0));
        }
        List<byte[]> last = family.udp(9, 53).identification(50_000).cut(PIECE);
        assertEquals(realOf(last.get(0)), realOf(last.get(1)));
    }
}
