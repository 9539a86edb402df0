// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.QuicPacket;
import dev.thresher.bpf.QuicPacket.LongHeader;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.Map;
import java.util.stream.Stream;

/** Packets that name their real server: by a QUIC connection id, or by their client's address. */
final class RoutingCases {
    private static final int HTTPS = 443;
    /** Config 0, four bytes of server id, and a nonce. */
    private static final String KNOWN = "080a0b0c0d00112233";

    private static final String UNKNOWN = "08deadbeef00112233";

    private final String name;
    private final Target named;
    private final Target maglev;
    private final int namedMember;

    private RoutingCases(LoadedProgram program, String name, Service service, String reals) {
        this.name = name;
        String vip = service.match().address().getHostAddress();
        int protocol = service.match().protocol();
        this.named = new Target(vip, HTTPS, protocol, reals + 1, Encapsulation.IPIP);
        this.maglev = new Target(vip, HTTPS, protocol, reals + 2, Encapsulation.IPIP);
        this.namedMember = program.addRoutedMember(service, named.real());
        program.setTable(service, program.addRoutedMember(service, maglev.real()));
    }

    static Stream<PacketCase> of(Fleet fleet) {
        return Stream.of(
                        quicLb(fleet, "QUIC-LB over IPv4", "203.0.113.10", "10.0.3."),
                        quicLb(fleet, "QUIC-LB over IPv6", "2001:db8:cafe::10", "fd00:3::"),
                        katran(fleet, "Katran's IDs over IPv4", "203.0.113.11", "10.0.3."),
                        katran(fleet, "Katran's IDs over IPv6", "2001:db8:cafe::11", "fd00:3::"),
                        sourceRoutes(fleet, "IPv4 source routes", "203.0.113.12", "10.0.3.", Frame.TCP),
                        sourceRoutes(fleet, "IPv6 source routes", "2001:db8:cafe::12", "fd00:3::", Frame.UDP))
                .flatMap(cases -> cases);
    }

    private static Stream<PacketCase> quicLb(Fleet fleet, String name, String vip, String reals) {
        LoadedProgram program = fleet.program();
        Service service = fleet.known(program.addQuicVip(vip, HTTPS, QuicConfig.quicLb(Map.of(0, 4, 2, 1))));
        RoutingCases cases = new RoutingCases(program, name, service, reals);
        program.nameServer(service, 0, "0a0b0c0d", cases.namedMember);
        program.nameServer(service, 2, "7f", cases.namedMember);
        return cases.ofQuicLb();
    }

    private Stream<PacketCase> ofQuicLb() {
        byte[] known = QuicPacket.shortHeader(KNOWN);
        Frame fromElsewhere = named.frame(named.vipIsIpv6() ? "2001:db8:99::1" : "192.0.2.99", 1)
                .payload(known);
        return Stream.of(
                up("short header with a known ID", named.frame().payload(known), named),
                up("short header with a known ID from a client that moved", fromElsewhere, named)
                        .after(maglev.frame().payload(initial(KNOWN)).bytes()),
                up(
                        "short header with a known ID and a VLAN tag",
                        named.frame().payload(known).vlan(12),
                        named),
                up("short header of another config", withShort("407f00112233"), named),
                up("Handshake with a known ID", withLong(LongHeader.HANDSHAKE, KNOWN), named),
                up("Initial with an ID that the client made up", named.frame().payload(initial(KNOWN)), maglev),
                up("0-RTT with an ID that the client made up", withLong(LongHeader.ZERO_RTT, KNOWN), maglev),
                up("short header with an unknown ID", withShort(UNKNOWN), maglev),
                up("Handshake with an unknown ID", withLong(LongHeader.HANDSHAKE, UNKNOWN), maglev),
                up("config that is not in use", withShort("680a0b0c0d00112233"), maglev),
                up("config 7: cannot be routed", withShort("e80a0b0c0d00112233"), maglev),
                up("payload that ends within the ID", named.frame().payload(new byte[] {0x40, 8, 10}), maglev),
                up("no payload at all", named.frame(), maglev),
                up("known ID after a packet that went by Maglev", named.frame().payload(known), named)
                        .after(named.frame().payload(initial(UNKNOWN)).bytes()),
                up("known ID of a real server that is down", named.frame().payload(known), maglev)
                        .after(lb -> lb.setState(namedMember, MemberState.DOWN)),
                up("known ID of a real server that is drained", named.frame().payload(known), named)
                        .after(lb -> lb.setState(namedMember, MemberState.DRAIN)));
    }

    private static Stream<PacketCase> katran(Fleet fleet, String name, String vip, String reals) {
        LoadedProgram program = fleet.program();
        Service service = fleet.known(program.addQuicVip(vip, HTTPS, QuicConfig.KATRAN));
        RoutingCases cases = new RoutingCases(program, name, service, reals);
        for (String id : new String[] {"00001234", "00abcdef", "89abcdef"}) {
            program.nameServer(service, QuicServerKey.KATRAN_VERSION, id, cases.namedMember);
        }
        return Stream.of(
                cases.up("version 1, 16 bits", cases.withShort("448d0011223344556677"), cases.named),
                cases.up("version 2, 24 bits", cases.withShort("80abcdef001122334455"), cases.named),
                cases.up("version 3, 32 bits", cases.withShort("c089abcdef0011223344"), cases.named),
                cases.up("version 0", cases.withShort("0089abcdef0011223344"), cases.maglev),
                cases.up("version 3, unknown", cases.withShort("c0deadbeef0011223344"), cases.maglev),
                cases.up(
                        "Handshake, version 2",
                        cases.withLong(LongHeader.HANDSHAKE, "80abcdef001122334455"),
                        cases.named),
                cases.up("Initial", cases.withLong(LongHeader.INITIAL, "80abcdef001122334455"), cases.maglev));
    }

    private static Stream<PacketCase> sourceRoutes(Fleet fleet, String name, String vip, String reals, int protocol) {
        LoadedProgram program = fleet.program();
        Service service = fleet.known(program.addRoutedVip(vip, HTTPS, protocol, false, true));
        RoutingCases cases = new RoutingCases(program, name, service, reals);
        boolean ipv6 = Target.isIpv6(vip);
        int exception = program.addRoutedMember(service, reals + 3);
        program.routeClients(service, ipv6 ? "2001:db8:4::" : "198.51.100.0", ipv6 ? 48 : 24, cases.namedMember);
        program.routeClients(service, ipv6 ? "2001:db8:4:8::" : "198.51.100.128", ipv6 ? 64 : 25, exception);
        return cases.ofSourceRoutes(
                ipv6 ? "2001:db8:4:" : "198.51.100.", new Target(vip, HTTPS, protocol, reals + 3, Encapsulation.IPIP));
    }

    private Stream<PacketCase> ofSourceRoutes(String net, Target exception) {
        boolean ipv6 = named.vipIsIpv6();
        String client = ipv6 ? net + "7::1" : net + "1";
        Frame inside = named.frame(client, 5000).payload(9);
        return Stream.of(
                up("client in the prefix", inside, named),
                up("client in a longer prefix", named.frame(ipv6 ? net + "8::1" : net + "129", 5000), exception),
                up("client beside the prefix", named.frame(ipv6 ? "2001:db8:5::1" : "198.51.101.1", 5000), maglev),
                up("client in the prefix, second packet", inside, named).after(inside.bytes()),
                up("client in the prefix, VLAN tag", named.frame(client, 5000).vlan(3), named),
                up("client in the prefix of a real server that is down", inside, maglev)
                        .after(lb -> lb.setState(namedMember, MemberState.DOWN)));
    }

    private Frame withShort(String id) {
        return named.frame().payload(QuicPacket.shortHeader(id));
    }

    private Frame withLong(LongHeader type, String id) {
        return named.frame().payload(QuicPacket.longHeader(QuicPacket.VERSION_1, type, id));
    }

    private static byte[] initial(String id) {
        return QuicPacket.longHeader(QuicPacket.VERSION_1, LongHeader.INITIAL, id);
    }

    private PacketCase up(String what, Frame frame, Target to) {
        return new PacketCase(name + ": " + what, frame.bytes(), new Sent(to))
                .after(lb -> lb.setState(namedMember, MemberState.UP));
    }
}
