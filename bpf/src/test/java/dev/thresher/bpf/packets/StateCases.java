// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp.Kind;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.packets.Outcome.Dropped;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Where a flow goes when the VIP's table or the state of its real servers has changed since it began. */
final class StateCases {
    private static final int NOBODY = 0;

    private final String name;
    private final Service service;
    private final Target old;
    private final Target other;
    private final int oldMember;
    private final int otherMember;

    private StateCases(Fleet fleet, String name, String vip, boolean tracked, String reals) {
        this.name = name;
        this.service = fleet.vip(new VipMatch(Frame.address(vip), 80, Frame.TCP), tracked, HashKind.FIVE_TUPLE);
        this.old = new Target(vip, 80, Frame.TCP, reals + 1, Encapsulation.IPIP);
        this.other = new Target(vip, 80, Frame.TCP, reals + 2, Encapsulation.IPIP);
        this.oldMember = fleet.member(service, old.real(), old.encapsulation());
        this.otherMember = fleet.member(service, other.real(), other.encapsulation());
    }

    static Stream<PacketCase> of(Fleet fleet) {
        return Stream.of(
                        new StateCases(fleet, "IPv4", "203.0.113.10", true, "10.0.3.").tracked(),
                        new StateCases(fleet, "IPv6", "2001:db8:cafe::10", true, "fd00:3::").tracked(),
                        new StateCases(fleet, "stateless IPv4", "203.0.113.11", false, "10.0.3.").stateless(),
                        new StateCases(fleet, "stateless IPv6", "2001:db8:cafe::11", false, "fd00:3::").stateless())
                .flatMap(cases -> cases);
    }

    private Stream<PacketCase> tracked() {
        Frame data = old.frame().ack().payload(10);
        byte[] forged = old.error(Kind.PORT_UNREACHABLE, 8).bytes();
        return Stream.of(
                sent("established flow stays when the table changes", data, old)
                        .after(this::established)
                        .after(table(otherMember)),
                sent("new flow goes by the table", old.frame().syn(), other).after(table(otherMember)),
                sent("flow without an entry goes by the table", data, other).after(table(otherMember)),
                sent("established flow stays with a real server that is drained", data, old)
                        .after(this::established)
                        .after(state(MemberState.DRAIN))
                        .after(table(otherMember)),
                sent("established flow leaves a real server that is down", data, other)
                        .after(this::established)
                        .after(state(MemberState.DOWN))
                        .after(table(otherMember)),
                sent("flow that moved stays where it moved to", data, other)
                        .after(this::established)
                        .after(state(MemberState.DOWN))
                        .after(table(otherMember))
                        .after(data.bytes())
                        .after(state(MemberState.UP))
                        .after(table(oldMember)),
                sent("forged ICMP error moves no flow", data, old)
                        .after(this::established)
                        .after(table(otherMember))
                        .after(forged),
                sent("FIN goes where the flow is", old.frame().fin().ack(), old)
                        .after(this::established)
                        .after(table(otherMember)),
                sent("RST goes where the flow is", old.frame().rst(), old)
                        .after(this::established)
                        .after(table(otherMember)),
                dropped("SYN for a VIP that has no real server", old.frame().syn()),
                dropped("established flow when the last real server is gone", data)
                        .after(this::established)
                        .after(state(MemberState.DOWN))
                        .after(table(NOBODY)),
                dropped("ICMP error for a VIP that has no real server", old.error(Kind.TOO_BIG, 8)));
    }

    private Stream<PacketCase> stateless() {
        Frame data = old.frame().ack().payload(10);
        return Stream.of(
                sent("packets go by the table, whatever it was before", data, other)
                        .after(this::established)
                        .after(table(otherMember)),
                dropped("no real server", data));
    }

    private PacketCase sent(String what, Frame frame, Target to) {
        return new PacketCase(name + ": " + what, frame.bytes(), new Sent(to))
                .after(state(MemberState.UP))
                .after(table(oldMember));
    }

    private PacketCase dropped(String what, Frame frame) {
        return new PacketCase(name + ": " + what, frame.bytes(), new Dropped(Counter.DROP_NO_REAL))
                .after(state(MemberState.UP))
                .after(table(NOBODY));
    }

    private void established(LoadedProgram lb) {
        lb.setTable(service, oldMember);
        lb.run(old.frame().syn());
        lb.run(old.frame().ack());
    }

    private Consumer<LoadedProgram> table(int member) {
        return lb -> lb.setTable(service, member);
    }

    private Consumer<LoadedProgram> state(MemberState state) {
        return lb -> lb.setState(oldMember, state);
    }
}
