// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Extension;
import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp;
import dev.thresher.bpf.Icmp.Kind;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.packets.Outcome.Answered;
import dev.thresher.bpf.packets.Outcome.Passed;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** ICMP to a VIP: echo is answered, an error goes to the real server whose flow it is about. */
final class IcmpCases {
    /** Sums of these carry in different ways, or not at all. */
    private static final byte[][] PAYLOADS = {
        {}, {1}, {-1}, {-1, -1}, fill(56, 0), fill(56, 0xff), fill(57, 0xff), fill(1400, 0xa5), fill(1451, 0xff)
    };

    private IcmpCases() {}

    private static byte[] fill(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    static Stream<PacketCase> of(Fleet fleet) {
        return Stream.of(
                        family(fleet, "IPv4", "203.0.113.10", Fleet.REAL4),
                        family(fleet, "IPv6", "2001:db8:cafe::10", Fleet.REAL6),
                        prefix(fleet))
                .flatMap(cases -> cases);
    }

    private static Stream<PacketCase> family(Fleet fleet, String name, String vip, String real) {
        Target tcp = fleet.target(vip, 80, Frame.TCP, real, Encapsulation.IPIP);
        fleet.target(vip, 443, Frame.UDP, real, Encapsulation.IPIP);
        return Stream.of(
                        echoes(name, tcp),
                        errors(name, tcp),
                        strangeErrors(name, tcp),
                        longQuotes(name, tcp),
                        moved(fleet, name, vip))
                .flatMap(cases -> cases);
    }

    private static Stream<PacketCase> echoes(String name, Target vip) {
        Stream<PacketCase> sums = IntStream.range(0, PAYLOADS.length)
                .mapToObj(i -> answered(
                        name + ": echo of " + PAYLOADS[i].length + " bytes, number " + i,
                        vip.echo().payload(PAYLOADS[i])));
        byte[] broken = vip.echo().payload(20).bytes();
        broken[broken.length - 1] ^= 1;
        return Stream.concat(
                sums,
                Stream.of(
                        answered(
                                name + ": echo with two VLAN tags",
                                vip.echo().payload(9).vlan(3, 4)),
                        answered(
                                name + ": echo with a traffic class",
                                vip.echo().payload(9).tos(0x48)),
                        answered(name + ": echo in a padded frame", vip.echo().padded()),
                        answered(
                                name + ": echo whose sum is zero",
                                Frame.icmp(vip.client(), vip.vip(), Icmp.echo(0, 0))),
                        answered(
                                name + ": echo whose sum is all ones",
                                Frame.icmp(vip.client(), vip.vip(), Icmp.echo(0xf7ff, 0))),
                        answered(
                                name + ": echo whose reply's sum is all ones",
                                Frame.icmp(vip.client(), vip.vip(), Icmp.echo(0xffff, 0))),
                        answered(
                                name + ": echo whose sum carries twice",
                                Frame.icmp(vip.client(), vip.vip(), Icmp.echo(0xffff, 0xffff))
                                        .payload(fill(64, 0xff))),
                        new PacketCase(name + ": echo with a wrong checksum", broken, new Passed()),
                        new PacketCase(
                                name + ": echo in fragments",
                                vip.echo().payload(200).cut(64).get(0),
                                new Passed())));
    }

    private static Stream<PacketCase> errors(String name, Target vip) {
        byte[] flow = vip.frame().ack().bytes();
        return Stream.of(Kind.PORT_UNREACHABLE, Kind.TOO_BIG, Kind.TIME_EXCEEDED, Kind.PARAMETER_PROBLEM)
                .flatMap(kind -> Stream.of(
                        new PacketCase(
                                        name + ": " + kind + " with 8 quoted bytes",
                                        vip.error(kind, 8).bytes(),
                                        new Sent(vip))
                                .after(flow),
                        new PacketCase(
                                name + ": " + kind + " about a flow that has no entry",
                                vip.error(kind, 120).bytes(),
                                new Sent(vip))));
    }

    private static Stream<PacketCase> strangeErrors(String name, Target vip) {
        Frame toOther = Frame.icmp(vip.router(), vip.vip(), Icmp.about(Kind.PORT_UNREACHABLE, strangerTo(vip), 8));
        Frame ofOtherPort = Frame.icmp(
                vip.router(),
                vip.vip(),
                Icmp.about(
                        Kind.PORT_UNREACHABLE,
                        new Target(vip.vip(), 81, vip.protocol(), "", vip.encapsulation()).reply(),
                        8));
        Frame nested = Frame.icmp(vip.router(), vip.vip(), Icmp.about(Kind.TIME_EXCEEDED, vip.echo(), 8));
        return Stream.of(
                new PacketCase(
                        name + ": error that quotes 7 bytes",
                        vip.error(Kind.TOO_BIG, 3).bytes(),
                        new Passed()),
                new PacketCase(
                        name + ": error about a packet that another address sent", toOther.bytes(), new Passed()),
                new PacketCase(name + ": error about a port that no VIP has", ofOtherPort.bytes(), new Passed()),
                new PacketCase(name + ": error about an ICMP message", nested.bytes(), new Passed()));
    }

    /** What is quoted has more than an IP header before its ports, or no ports. */
    private static Stream<PacketCase> longQuotes(String name, Target vip) {
        Stream<PacketCase> fragments = Stream.of(
                quote(name + ": error about a first fragment", vip, vip.reply().fragment(0, true), new Sent(vip)),
                quote(name + ": error about a later fragment", vip, vip.reply().fragment(30, true), new Passed()));
        if (!vip.vipIsIpv6()) {
            return Stream.concat(
                    fragments,
                    Stream.of(quote(
                            name + ": error that quotes options",
                            vip,
                            vip.reply().options(10),
                            new Sent(vip))));
        }
        return Stream.concat(
                fragments,
                Stream.of(
                        quote(
                                name + ": error that quotes destination options",
                                vip,
                                vip.reply().extensions(Extension.DESTINATION),
                                new Sent(vip)),
                        quote(
                                name + ": error that quotes three headers and a fragment's",
                                vip,
                                vip.reply()
                                        .extensions(Extension.HOP_BY_HOP, Extension.ROUTING, Extension.LONG_DESTINATION)
                                        .fragment(0, true),
                                new Sent(vip))));
    }

    private static PacketCase quote(String name, Target vip, Frame lost, Outcome outcome) {
        Icmp error = Icmp.about(Kind.TOO_BIG, lost, 120).mtu(1300);
        return new PacketCase(name, Frame.icmp(vip.router(), vip.vip(), error).bytes(), outcome);
    }

    private static Frame strangerTo(Target vip) {
        return vip.vipIsIpv6()
                ? Frame.tcp("[2001:db8:cafe::99]:80", "[" + Target.CLIENT6 + "]:40000")
                        .ack()
                : Frame.tcp("203.0.113.99:80", Target.CLIENT4 + ":40000").ack();
    }

    /** An established flow whose real server Maglev would not choose now. */
    private static Stream<PacketCase> moved(Fleet fleet, String name, String vip) {
        boolean ipv6 = Target.isIpv6(vip);
        Service service = fleet.vip(new VipMatch(Frame.address(vip), 8080, Frame.TCP), true, HashKind.FIVE_TUPLE);
        Target kept = new Target(vip, 8080, Frame.TCP, ipv6 ? "fd00:3::77" : "10.0.3.77", Encapsulation.IPIP);
        int before = fleet.member(service, kept.real(), Encapsulation.IPIP);
        int now = fleet.member(service, ipv6 ? "fd00:3::78" : "10.0.3.78", Encapsulation.IPIP);
        return Stream.of(new PacketCase(
                        name + ": error about a flow that the table would send elsewhere",
                        kept.error(Kind.TOO_BIG, 8).bytes(),
                        new Sent(kept))
                .after(lb -> lb.setTable(service, before))
                .after(kept.frame().ack().bytes())
                .after(lb -> lb.setTable(service, now)));
    }

    private static Stream<PacketCase> prefix(Fleet fleet) {
        VipMatch net4 = new VipMatch(Frame.address("192.0.2.128"), 25, 0, Frame.TCP);
        VipMatch net6 = new VipMatch(Frame.address("2001:db8:77::"), 48, 443, Frame.TCP);
        Target vip4 = fleet.target(net4, true, HashKind.FIVE_TUPLE, Fleet.REAL4);
        Target vip6 = fleet.target(net6, true, HashKind.FIVE_TUPLE, Fleet.REAL6);
        Target in4 = new Target("192.0.2.200", 9, Frame.TCP, Fleet.REAL4, vip4.encapsulation());
        Target in6 = new Target("2001:db8:77:1::5", 443, Frame.TCP, Fleet.REAL6, vip6.encapsulation());
        return Stream.of(
                answered("IPv4: echo to an address of a prefix", in4.echo().payload(8)),
                answered("IPv6: echo to an address of a prefix", in6.echo().payload(8)),
                new PacketCase(
                        "IPv4: error about a flow of a prefix",
                        in4.error(Kind.TIME_EXCEEDED, 8).bytes(),
                        new Sent(in4)),
                new PacketCase(
                        "IPv6: error about a flow of a prefix",
                        in6.error(Kind.TIME_EXCEEDED, 8).bytes(),
                        new Sent(in6)),
                new PacketCase(
                        "IPv4: echo with options, which may be a route to go back",
                        in4.echo().payload(8).options(2).bytes(),
                        new Passed()),
                new PacketCase(
                        "IPv6: echo behind an extension header",
                        in6.echo().payload(8).extensions(Extension.DESTINATION).bytes(),
                        new Passed()));
    }

    private static PacketCase answered(String name, Frame echo) {
        return new PacketCase(name, echo.bytes(), new Answered(Kind.ECHO_REPLY));
    }
}
