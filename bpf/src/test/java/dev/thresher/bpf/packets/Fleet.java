// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.Frame;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipMatch;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** VIPs and real servers in the maps of a program of its own, as cases ask for them. */
final class Fleet implements AutoCloseable {
    static final String REAL4 = "10.0.3.11";
    static final String REAL6 = "fd00:3::11";

    /** The loopback interface is 1 in every namespace; packets that the kernel only tries out do not get there. */
    private static final int INTERFACE = 1;

    /** Where the map of interfaces has it. */
    static final int EGRESS = 63;

    private static final int TYPE_IPV4 = 0x0800;
    /** Bytes from the Ethernet type to the destination of an IPv4 packet. */
    private static final int IPV4_FROM_TYPE = 18;

    private final LoadedProgram lb = LoadedProgram.load();
    /** With the next hop of their real servers, which is the same for all VIPs of an address but for its MTU. */
    private final Map<VipMatch, NextHop> vips = new LinkedHashMap<>();

    Fleet() {
        lb.object().map(MapNames.EGRESS).update(LoadedProgram.key(EGRESS), LoadedProgram.key(INTERFACE));
    }

    /** An address for a VIP of its own for each way to a real server. */
    static String vip(boolean ipv6, boolean realIsIpv6, Encapsulation encapsulation) {
        int way = switch (encapsulation.kind()) {
            case IPIP -> 10;
            case GUE -> 20;
            case L2 -> 30;
        };
        return (ipv6 ? "2001:db8:cafe::" : "203.0.113.") + (realIsIpv6 ? way + 6 : way + 4);
    }

    LoadedProgram program() {
        return lb;
    }

    /** A VIP of one address with one real server, which is up. */
    Target target(String vip, int port, int protocol, String real, Encapsulation encapsulation) {
        return target(vip, port, protocol, real, encapsulation, Target.HERE);
    }

    /** The same, with a next hop like any or of its own. */
    Target target(String vip, int port, int protocol, String real, Encapsulation encapsulation, NextHop nextHop) {
        VipMatch match = new VipMatch(Frame.address(vip), port, protocol);
        only(vip(match, true, HashKind.FIVE_TUPLE), real, encapsulation, nextHop);
        vips.put(match, nextHop);
        return new Target(vip, port, protocol, real, encapsulation, nextHop);
    }

    /** A VIP of some kind with one real server over IP in IP. */
    Target target(VipMatch match, boolean tracked, HashKind hash, String real) {
        only(vip(match, tracked, hash), real, Encapsulation.IPIP, Target.HERE);
        return new Target(match.address().getHostAddress(), match.port(), match.protocol(), real, Encapsulation.IPIP);
    }

    /** A VIP without any real server. */
    Service vip(VipMatch match, boolean tracked, HashKind hash) {
        vips.put(match, Target.HERE);
        return lb.addVip(match, tracked, hash);
    }

    /** A VIP that the program has by other ways than those above. */
    Service known(Service service) {
        vips.put(service.match(), Target.HERE);
        return service;
    }

    private void only(Service service, String real, Encapsulation encapsulation, NextHop nextHop) {
        lb.setTable(service, member(service, real, encapsulation, nextHop));
    }

    /** One more real server of a VIP, which no table names. */
    int member(Service service, String real, Encapsulation encapsulation) {
        return member(service, real, encapsulation, Target.HERE);
    }

    private int member(Service service, String real, Encapsulation encapsulation, NextHop nextHop) {
        int member = lb.addMember(service, real);
        lb.put(
                member,
                new MemberRecord(
                        service.match(),
                        MemberState.UP,
                        Frame.address(real),
                        nextHop,
                        encapsulation,
                        service.id(),
                        false));
        return member;
    }

    /** What becomes of a case's packet. */
    BpfProgram.Output run(PacketCase packet) {
        lb.flows().clear();
        packet.before().forEach(step -> step.accept(lb));
        return lb.run(packet.input());
    }

    /** Has the packet the address of a VIP? Then it need not pass. */
    boolean isForVip(byte[] frame) {
        return nextHop(frame).isPresent();
    }

    /** That of the VIP whose address the packet has. */
    Optional<NextHop> nextHop(byte[] frame) {
        int at = SoundPacket.destinationAt(frame);
        boolean ipv4 = at >= 0 && ByteBuffer.wrap(frame).getShort(at - IPV4_FROM_TYPE) == TYPE_IPV4;
        return vips.entrySet().stream()
                .filter(vip -> at >= 0 && covers(vip.getKey(), frame, at, ipv4 ? 4 : 16))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    /** Is it a sound packet for a VIP, or an error about one? Then it must not pass. */
    boolean mustSend(byte[] frame) {
        return isForVip(frame)
                && SoundPacket.parse(frame)
                        .filter(packet -> vips.keySet().stream()
                                .anyMatch(vip -> vip.protocol() == packet.protocol()
                                        && (vip.port() == 0 || vip.port() == packet.port())
                                        && covers(
                                                vip,
                                                packet.destination().getAddress(),
                                                0,
                                                packet.destination().getAddress().length)))
                        .isPresent();
    }

    private static boolean covers(VipMatch vip, byte[] bytes, int at, int length) {
        byte[] ours = vip.address().getAddress();
        int whole = vip.prefixLength() / Byte.SIZE;
        int rest = vip.prefixLength() % Byte.SIZE;
        return ours.length == length
                && Arrays.equals(ours, 0, whole, bytes, at, at + whole)
                && (rest == 0 || ((ours[whole] ^ bytes[at + whole]) & 0xff) >> (Byte.SIZE - rest) == 0);
    }

    long counter(Counter counter) {
        return lb.counter(counter);
    }

    @Override
    public void close() {
        lb.close();
    }
}
