// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.packets.Outcome.Sent;
import dev.thresher.hashing.SlotHash;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What of a packet decides its real server. The table alternates between two, so each packet tells one bit of its slot,
 * which the Java twin of the hash has to know, too.
 */
final class HashCases {
    private static final int[] CLIENT_PORTS = {1024, 1025, 40_000, 65_535};
    private static final int[] VIP_PORTS = {80, 443};

    private final Fleet fleet;
    private final HashKind kind;
    private final boolean ipv6;
    private final String vip;
    private final int[] members;

    private HashCases(Fleet fleet, HashKind kind, String vip) {
        this.fleet = fleet;
        this.kind = kind;
        this.ipv6 = Target.isIpv6(vip);
        this.vip = vip;
        Service service = fleet.vip(new VipMatch(Frame.address(vip), 0, Frame.UDP), false, kind);
        this.members = new int[] {
            fleet.member(service, real(0), Encapsulation.IPIP), fleet.member(service, real(1), Encapsulation.IPIP)
        };
        fleet.program().setTable(service, slot -> members[slot % members.length]);
    }

    static Stream<PacketCase> of(Fleet fleet) {
        HashKind[] kinds = HashKind.values();
        return IntStream.range(0, kinds.length)
                .boxed()
                .flatMap(i -> Stream.of("203.0.113.1" + i, "2001:db8:cafe::1" + i)
                        .flatMap(vip -> new HashCases(fleet, kinds[i], vip).cases()));
    }

    private String real(int number) {
        return (ipv6 ? "fd00:3::" : "10.0.3.") + (1 + number);
    }

    private Stream<PacketCase> cases() {
        List<PacketCase> cases = new ArrayList<>();
        for (String client :
                ipv6 ? new String[] {"2001:db8:1::7", "2001:db8:2::7"} : new String[] {"192.0.2.7", "192.0.2.8"}) {
            for (int clientPort : CLIENT_PORTS) {
                for (int vipPort : VIP_PORTS) {
                    cases.add(packet(client, clientPort, vipPort));
                }
            }
        }
        return cases.stream();
    }

    private PacketCase packet(String client, int clientPort, int vipPort) {
        Frame frame = new Target(vip, vipPort, Frame.UDP, "", Encapsulation.IPIP).frame(client, clientPort);
        int slot = SlotHash.slotOf(
                frame.flow(),
                kind.portsMask(),
                kind.sourceMask(),
                fleet.program().settings().maglevSeed());
        Target to = new Target(vip, vipPort, Frame.UDP, real(slot % members.length), Encapsulation.IPIP);
        return new PacketCase(
                kind + ": " + client + " port " + clientPort + " to port " + vipPort, frame.bytes(), new Sent(to));
    }
}
