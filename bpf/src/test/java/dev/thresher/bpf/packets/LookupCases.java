// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.layout.HashKind;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.packets.Outcome.Passed;
import dev.thresher.bpf.packets.Outcome.Sent;
import java.util.stream.Stream;

/** Which VIP a packet is for: exact address and port, then prefix and port, then exact address, then prefix. */
final class LookupCases {
    private static final int ANY = 0;

    private LookupCases() {}

    static Stream<PacketCase> of(Fleet fleet) {
        return Stream.concat(
                new Family(fleet, "IPv4", "203.0.113.", 24, "10.0.3.").cases(),
                new Family(fleet, "IPv6", "2001:db8:cafe::", 64, "fd00:3::").cases());
    }

    /** In the prefix, .10 has port 80 and any port, .11 has any port, all others have what the prefix has. */
    private static final class Family {
        private final Fleet fleet;
        private final String name;
        private final String net;
        private final String reals;
        private final Target exact;
        private final Target prefixPort;
        private final Target exactAnyPort;
        private final Target otherAnyPort;
        private final Target prefixAnyPort;
        private final Target udp;
        private final Target longerPrefix;

        Family(Fleet fleet, String name, String net, int bits, String reals) {
            this.fleet = fleet;
            this.name = name;
            this.net = net;
            this.reals = reals;
            this.exact = vip("10", full(), 80, Frame.TCP, 1);
            this.prefixPort = vip("0", bits, 443, Frame.TCP, 2);
            this.exactAnyPort = vip("10", full(), ANY, Frame.TCP, 3);
            this.otherAnyPort = vip("11", full(), ANY, Frame.TCP, 4);
            this.prefixAnyPort = vip("0", bits, ANY, Frame.TCP, 5);
            this.udp = vip("0", bits, 53, Frame.UDP, 6);
            this.longerPrefix = vip("40", full() - 3, ANY, Frame.TCP, 7);
        }

        private int full() {
            return net.indexOf(':') >= 0 ? 128 : 32;
        }

        private Target vip(String host, int prefix, int port, int protocol, int number) {
            VipMatch match = new VipMatch(Frame.address(net + host), prefix, port, protocol);
            return fleet.target(match, true, HashKind.FIVE_TUPLE, reals + number);
        }

        Stream<PacketCase> cases() {
            return Stream.of(
                    sent("exact address and port", "10", 80, exact),
                    sent("prefix and port before exact address of any port", "10", 443, prefixPort),
                    sent("exact address of any port before prefix of any port", "10", 8080, exactAnyPort),
                    sent("port 0 is a port of any-port VIPs", "10", 0, exactAnyPort),
                    sent("highest port of an any-port VIP", "11", 65_535, otherAnyPort),
                    sent("prefix and port", "77", 443, prefixPort),
                    sent("prefix of any port", "77", 22, prefixAnyPort),
                    sent("longer prefix before the shorter", "43", 22, longerPrefix),
                    sent("port of a shorter prefix before any port of a longer one", "43", 443, prefixPort),
                    sent("lowest address of the prefix", "0", 22, prefixAnyPort),
                    sent("UDP port of the prefix", "200", 53, udp),
                    established("established flow of a prefix", "77", 22, prefixAnyPort),
                    established("established flow of an any-port VIP", "11", 9, otherAnyPort),
                    passes("UDP to a port that only TCP has", "10", 80, udp),
                    new PacketCase(name + ": address beyond the prefix", outside(), new Passed()));
        }

        private byte[] outside() {
            String beyond = full() == 32 ? "203.0.114.77" : "2001:db8:cafe:1::77";
            return new Target(beyond, 443, Frame.TCP, "", prefixPort.encapsulation())
                    .frame()
                    .syn()
                    .bytes();
        }

        private Frame frame(String host, int port, Target like) {
            return new Target(net + host, port, like.protocol(), "", like.encapsulation()).frame();
        }

        private PacketCase sent(String what, String host, int port, Target to) {
            return new PacketCase(
                    name + ": " + what, frame(host, port, to).payload(5).bytes(), new Sent(to));
        }

        private PacketCase established(String what, String host, int port, Target to) {
            Frame frame = frame(host, port, to).ack();
            return new PacketCase(name + ": " + what, frame.bytes(), new Sent(to))
                    .after(frame.bytes())
                    .after(frame.bytes());
        }

        private PacketCase passes(String what, String host, int port, Target like) {
            return new PacketCase(name + ": " + what, frame(host, port, like).bytes(), new Passed());
        }
    }
}
