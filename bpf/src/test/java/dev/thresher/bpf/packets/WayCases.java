// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static dev.thresher.bpf.Extension.DESTINATION;
import static dev.thresher.bpf.Extension.HOP_BY_HOP;
import static dev.thresher.bpf.Extension.ROUTING;

import dev.thresher.bpf.Extension;
import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp.Kind;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.List;
import java.util.stream.Stream;

/** Every encapsulation between every two families, with every kind of packet that goes to a real server. */
final class WayCases {
    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int GUE_PORT = 6080;
    private static final int MTU = 1500;

    private WayCases() {}

    static Stream<PacketCase> of(Fleet fleet, NextHop nextHop) {
        return Stream.of(Encapsulation.IPIP, Encapsulation.gue(GUE_PORT), Encapsulation.L2)
                .flatMap(encapsulation -> Stream.of(false, true)
                        .flatMap(vip6 -> Stream.of(false, true)
                                .flatMap(real6 -> ofWay(fleet, vip6, real6, encapsulation, nextHop))));
    }

    private static Stream<PacketCase> ofWay(
            Fleet fleet, boolean vip6, boolean real6, Encapsulation encapsulation, NextHop nextHop) {
        String vip = Fleet.vip(vip6, real6, encapsulation);
        String real = real6 ? Fleet.REAL6 : Fleet.REAL4;
        return Stream.concat(
                tcp(fleet.target(vip, HTTP, Frame.TCP, real, encapsulation, nextHop)),
                udp(fleet.target(vip, HTTPS, Frame.UDP, real, encapsulation, nextHop)));
    }

    private static Stream<PacketCase> tcp(Target way) {
        List<byte[]> fragments =
                way.frame().ack().payload(300).identification(0x7001).cut(128);
        return Stream.of(
                sent(way, "TCP SYN", way.frame().syn()),
                sent(way, "TCP with a payload of odd length", way.frame().ack().payload(101)),
                sent(way, "TCP of full size", way.frame().ack().payload(MTU - (way.vipIsIpv6() ? 60 : 40))),
                sent(way, "TCP in a padded frame", way.frame().ack().padded()),
                sent(way, "TCP with a traffic class and ECN", way.frame().ack().tos(0xb9)),
                sent(way, "TCP with one VLAN tag", way.frame().ack().vlan(100).payload(30)),
                sent(
                        way,
                        "TCP with two VLAN tags",
                        way.frame().ack().vlan(100, 200).payload(30)),
                sent(
                        way,
                        "TCP with options or extension headers",
                        way.frame().ack().options(way.vipIsIpv6() ? 0 : 3).extensions(extensions(way))),
                sent(way, "first fragment of TCP", fragments.get(0)),
                sent(way, "later fragment of TCP", fragments.get(1)).after(fragments.get(0)),
                sent(way, "ICMP error with 8 quoted bytes", way.error(Kind.PORT_UNREACHABLE, 8))
                        .after(way.frame().ack().bytes()));
    }

    private static Stream<PacketCase> udp(Target way) {
        return Stream.of(
                sent(way, "UDP without a payload", way.frame()),
                sent(way, "UDP with a payload of odd length", way.frame().payload(7)),
                sent(way, "UDP with a checksum of zero", way.frame().payload(64).withoutChecksum()),
                sent(way, "UDP with two VLAN tags", way.frame().payload(64).vlan(1, 4094)),
                sent(
                        way,
                        "UDP with tags of 802.1ad and 802.1Q",
                        way.frame().payload(8).vlan(9, 10).serviceTag()),
                sent(
                        way,
                        "UDP with options or extension headers",
                        way.frame().payload(9).options(way.vipIsIpv6() ? 0 : 10).extensions(extensions(way))),
                sent(way, "ICMP time exceeded that quotes all", way.error(Kind.TIME_EXCEEDED, 208))
                        .after(way.frame().bytes()));
    }

    private static Extension[] extensions(Target way) {
        return way.vipIsIpv6() ? new Extension[] {HOP_BY_HOP, ROUTING, DESTINATION} : new Extension[0];
    }

    private static PacketCase sent(Target way, String what, Frame frame) {
        return sent(way, what, frame.bytes());
    }

    private static PacketCase sent(Target way, String what, byte[] frame) {
        return new PacketCase(way + ": " + what, frame, new Sent(way));
    }
}
