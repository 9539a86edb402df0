// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Extension;
import dev.thresher.bpf.Frame;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.packets.Outcome.Dropped;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.List;
import java.util.stream.Stream;

/** Fragments to a VIP: the first goes by its flow, later ones follow it, and one that nobody knows is dropped. */
final class FragmentCases {
    private static final int CUT = 64;
    private static final int TINY = 16;
    private static final int PORT = 5000;
    private static final int ANY_PORT = 0;

    /** Of the next packet; a fragment of another case must not be taken for one of this. */
    private int identification = 0x100;

    private FragmentCases() {}

    static Stream<PacketCase> of(Fleet fleet) {
        FragmentCases cases = new FragmentCases();
        return Stream.of(
                        cases.family(fleet, "IPv4", "203.0.113.", Fleet.REAL4),
                        cases.family(fleet, "IPv6", "2001:db8:cafe::", Fleet.REAL6))
                .flatMap(family -> family);
    }

    private Stream<PacketCase> family(Fleet fleet, String name, String net, String real) {
        Target flows = vip(fleet, net + "10", PORT, HashKind.FIVE_TUPLE, real);
        Target sources = vip(fleet, net + "11", ANY_PORT, HashKind.SOURCE, real);
        Target onePort = vip(fleet, net + "12", PORT, HashKind.SOURCE, real);
        List<byte[]> three = cut(flows.frame());
        List<byte[]> tagged = cut(flows.frame().vlan(7));
        List<byte[]> extended = cut(flows.frame().extensions(Extension.HOP_BY_HOP));
        List<byte[]> unknown = cut(flows.frame());
        List<byte[]> other = cut(flows.frame());
        List<byte[]> bySource = cut(sources.frame());
        VipMatch web = new VipMatch(Frame.address(net + "13"), PORT, Frame.TCP);
        Target tcp = fleet.target(web, true, HashKind.FIVE_TUPLE, real);
        List<byte[]> tiny =
                tcp.frame().syn().identification(identification++).payload(CUT).cut(TINY);
        byte[] atomic = flows.frame().payload(30).fragment(0, false).bytes();
        return Stream.of(
                new PacketCase(name + ": first fragment", three.get(0), new Sent(flows)),
                new PacketCase(name + ": middle fragment after the first", three.get(1), new Sent(flows))
                        .after(three.get(0)),
                new PacketCase(name + ": last fragment after the first", three.get(2), new Sent(flows))
                        .after(three.get(0))
                        .after(three.get(1)),
                new PacketCase(name + ": VLAN-tagged fragment after the first", tagged.get(1), new Sent(flows))
                        .after(tagged.get(0)),
                new PacketCase(name + ": fragment behind options after the first", extended.get(1), new Sent(flows))
                        .after(extended.get(0)),
                new PacketCase(name + ": later fragment of an unknown first", unknown.get(1), dropped()),
                new PacketCase(name + ": last fragment of an unknown first", unknown.get(2), dropped()),
                new PacketCase(name + ": later fragment, first one of another packet", other.get(1), dropped())
                        .after(three.get(0)),
                new PacketCase(
                        name + ": later fragment of an unknown first, VIP of any port hashes on addresses",
                        bySource.get(1),
                        new Sent(sources)),
                new PacketCase(
                        name + ": later fragment of an unknown first, VIP of one port hashes on addresses",
                        cut(onePort.frame()).get(1),
                        dropped()),
                new PacketCase(name + ": first fragment, VIP hashes on addresses", bySource.get(0), new Sent(sources)),
                new PacketCase(name + ": first fragment that ends within the TCP header", tiny.get(0), new Sent(tcp)),
                new PacketCase(name + ": fragment that begins within the TCP header", tiny.get(1), new Sent(tcp))
                        .after(tiny.get(0)),
                new PacketCase(name + ": the only fragment of its packet", atomic, new Sent(flows)));
    }

    private static Target vip(Fleet fleet, String address, int port, HashKind hash, String real) {
        return fleet.target(new VipMatch(Frame.address(address), port, Frame.UDP), true, hash, real);
    }

    private List<byte[]> cut(Frame frame) {
        return frame.payload(2 * CUT).identification(identification++).cut(CUT);
    }

    private static Outcome dropped() {
        return new Dropped(Counter.DROP_FRAGMENT);
    }
}
