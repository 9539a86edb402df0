// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp.Kind;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.packets.Outcome.Answered;
import dev.thresher.bpf.packets.Outcome.Dropped;
import java.util.stream.Stream;

/**
 * Real servers on another segment than that which packets come from: another VLAN, another interface, or both. What is
 * said in the VIP's name goes back to where the packet came from all the same.
 */
final class ExitCases {
    private static final int TOO_LARGE_PORT = 8080;
    private static final int NO_INTERFACE_PORT = 8081;
    private static final int NO_INTERFACE = Fleet.EGRESS - 1;
    private static final int MTU = 1400;
    private static final int IPV4_HEADER = 20;

    private ExitCases() {}

    static Stream<PacketCase> of(Fleet fleet, int egress, int vlan) {
        NextHop nextHop = nextHop(0, egress, vlan);
        return Stream.concat(
                WayCases.of(fleet, nextHop),
                Stream.of(false, true)
                        .map(ipv6 -> Fleet.vip(ipv6, false, Encapsulation.IPIP))
                        .flatMap(vip -> Stream.concat(
                                answered(target(fleet, vip, TOO_LARGE_PORT, nextHop(MTU, egress, vlan))),
                                egress == 0
                                        ? Stream.of()
                                        : lost(target(
                                                fleet, vip, NO_INTERFACE_PORT, nextHop(0, NO_INTERFACE, vlan))))));
    }

    private static NextHop nextHop(int mtu, int egress, int vlan) {
        return new NextHop(LoadedProgram.NEXT_HOP, LoadedProgram.OWN, mtu, egress, vlan);
    }

    private static Target target(Fleet fleet, String vip, int port, NextHop nextHop) {
        return fleet.target(vip, port, Frame.TCP, Fleet.REAL4, Encapsulation.IPIP, nextHop);
    }

    private static Stream<PacketCase> answered(Target way) {
        Frame large = way.frame().ack().payload(MTU);
        Answered tooBig = new Answered(Kind.TOO_BIG, MTU - IPV4_HEADER);
        Answered reply = new Answered(Kind.ECHO_REPLY);
        return Stream.of(
                new PacketCase(way + ": TCP too long", large.bytes(), tooBig),
                new PacketCase(
                        way + ": TCP too long with a VLAN tag", large.vlan(9).bytes(), tooBig),
                new PacketCase(way + ": echo", way.echo().bytes(), reply),
                new PacketCase(
                        way + ": echo with two VLAN tags",
                        way.echo().vlan(9, 10).bytes(),
                        reply));
    }

    /** Its interface is not in the map. */
    private static Stream<PacketCase> lost(Target way) {
        Dropped dropped = new Dropped(Counter.DROP_NO_EGRESS);
        return Stream.of(
                new PacketCase(way + ": TCP, no such interface", way.frame().bytes(), dropped),
                new PacketCase(
                        way + ": TCP with a VLAN tag, no such interface",
                        way.frame().vlan(9).bytes(),
                        dropped));
    }
}
