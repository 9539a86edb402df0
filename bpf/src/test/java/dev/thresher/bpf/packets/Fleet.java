// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.Frame;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipMatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** VIPs and real servers in the maps of a program of its own, as cases ask for them. */
final class Fleet implements AutoCloseable {
    static final String REAL4 = "10.0.3.11";
    static final String REAL6 = "fd00:3::11";

    private static final int TYPE_IPV4 = 0x0800;
    /** Bytes from the Ethernet type to the destination of an IPv4 packet. */
    private static final int IPV4_FROM_TYPE = 18;

    private final LoadedProgram lb = LoadedProgram.load();
    private final List<VipMatch> vips = new ArrayList<>();

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
        return target(vip, port, protocol, real, encapsulation, 0);
    }

    /** The same; the way to the real server takes IP packets of at most so many bytes. */
    Target target(String vip, int port, int protocol, String real, Encapsulation encapsulation, int mtu) {
        VipMatch match = new VipMatch(Frame.address(vip), port, protocol);
        only(vip(match, true, HashKind.FIVE_TUPLE), real, encapsulation, mtu);
        return new Target(vip, port, protocol, real, encapsulation);
    }

    /** A VIP of some kind with one real server over IP in IP. */
    Target target(VipMatch match, boolean tracked, HashKind hash, String real) {
        only(vip(match, tracked, hash), real, Encapsulation.IPIP, 0);
        return new Target(match.address().getHostAddress(), match.port(), match.protocol(), real, Encapsulation.IPIP);
    }

    /** A VIP without any real server. */
    Service vip(VipMatch match, boolean tracked, HashKind hash) {
        vips.add(match);
        return lb.addVip(match, tracked, hash);
    }

    /** A VIP that the program has by other ways than those above. */
    Service known(Service service) {
        vips.add(service.match());
        return service;
    }

    private void only(Service service, String real, Encapsulation encapsulation, int mtu) {
        lb.setTable(service, member(service, real, encapsulation, mtu));
    }

    /** One more real server of a VIP, which no table names. */
    int member(Service service, String real, Encapsulation encapsulation, int mtu) {
        int member = lb.addMember(service, real);
        lb.put(
                member,
                new MemberRecord(
                        service.match(),
                        MemberState.UP,
                        Frame.address(real),
                        new NextHop(LoadedProgram.NEXT_HOP, LoadedProgram.OWN, mtu, 0),
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
        int at = SoundPacket.destinationAt(frame);
        boolean ipv4 = at >= 0 && ByteBuffer.wrap(frame).getShort(at - IPV4_FROM_TYPE) == TYPE_IPV4;
        return at >= 0 && vips.stream().anyMatch(vip -> covers(vip, frame, at, ipv4 ? 4 : 16));
    }

    /** Is it a packet like any, and for a VIP? Then it must not pass. */
    boolean mustSend(byte[] frame) {
        return isForVip(frame)
                && SoundPacket.parse(frame)
                        .filter(packet -> vips.stream()
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
