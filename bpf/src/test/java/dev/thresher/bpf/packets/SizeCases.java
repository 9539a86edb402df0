// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp.Kind;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.packets.Outcome.Answered;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.stream.Stream;

/** Packets at the edge of what the way to the real server takes, and beyond: their sender is told what fits. */
final class SizeCases {
    private static final int MTU = 1500;
    private static final NextHop NEXT_HOP = new NextHop(LoadedProgram.NEXT_HOP, LoadedProgram.OWN, MTU, 0);
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int TCP_HEADER = 20;
    private static final int UDP_HEADER = 8;

    private SizeCases() {}

    static Stream<PacketCase> of(Fleet fleet) {
        return Stream.of(Encapsulation.IPIP, Encapsulation.gue(6080), Encapsulation.L2)
                .flatMap(encapsulation -> Stream.of(false, true)
                        .flatMap(vip6 ->
                                Stream.of(false, true).flatMap(real6 -> ofWay(fleet, vip6, real6, encapsulation))));
    }

    private static Stream<PacketCase> ofWay(Fleet fleet, boolean vip6, boolean real6, Encapsulation encapsulation) {
        String vip = Fleet.vip(vip6, real6, encapsulation);
        Target way = fleet.target(vip, 80, Frame.TCP, real6 ? Fleet.REAL6 : Fleet.REAL4, encapsulation, NEXT_HOP);
        int fits = MTU - outer(real6, encapsulation);
        return Stream.of(
                new PacketCase(way + ": TCP that just fits", way(way, fits).bytes(), new Sent(way)),
                new PacketCase(
                        way + ": TCP one byte too long", way(way, fits + 1).bytes(), new Answered(Kind.TOO_BIG, fits)),
                new PacketCase(
                        way + ": TCP much too long with a VLAN tag",
                        way(way, fits + 400).vlan(9).bytes(),
                        new Answered(Kind.TOO_BIG, fits)),
                new PacketCase(
                                way + ": TCP too long in an established flow",
                                way(way, fits + 100).bytes(),
                                new Answered(Kind.TOO_BIG, fits))
                        .after(way.frame().ack().bytes()));
    }

    private static Frame way(Target way, int length) {
        int headers = (way.vipIsIpv6() ? IPV6_HEADER : IPV4_HEADER) + TCP_HEADER;
        return way.frame().ack().payload(length - headers);
    }

    private static int outer(boolean real6, Encapsulation encapsulation) {
        int header = real6 ? IPV6_HEADER : IPV4_HEADER;
        return switch (encapsulation.kind()) {
            case IPIP -> header;
            case GUE -> header + UDP_HEADER;
            case L2 -> 0;
        };
    }
}
