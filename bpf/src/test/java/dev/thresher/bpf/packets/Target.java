// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp;
import dev.thresher.bpf.LoadedProgram;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;

/**
 * A VIP, the real server behind it, and the way there.
 *
 * @param vip an address that is the VIP's
 * @param port one that is the VIP's
 */
record Target(String vip, int port, int protocol, String real, Encapsulation encapsulation, NextHop nextHop) {
    /** Out where packets come in, with the tags that they came with. */
    static final NextHop HERE = new NextHop(LoadedProgram.NEXT_HOP, LoadedProgram.OWN);

    static final String CLIENT4 = "198.51.100.7";
    static final String CLIENT6 = "2001:db8:1::7";
    static final int CLIENT_PORT = 40_000;

    Target(String vip, int port, int protocol, String real, Encapsulation encapsulation) {
        this(vip, port, protocol, real, encapsulation, HERE);
    }

    boolean isBehindAnotherInterface() {
        return nextHop.egress() != 0;
    }

    boolean vipIsIpv6() {
        return isIpv6(vip);
    }

    boolean realIsIpv6() {
        return isIpv6(real);
    }

    static boolean isIpv6(String address) {
        return address.indexOf(':') >= 0;
    }

    String client() {
        return vipIsIpv6() ? CLIENT6 : CLIENT4;
    }

    /** A packet of the VIP's protocol from the client. */
    Frame frame() {
        return frame(client(), CLIENT_PORT);
    }

    Frame frame(String client, int clientPort) {
        return frame(client, clientPort, port);
    }

    Frame frame(String client, int clientPort, int vipPort) {
        String from = withPort(client, clientPort);
        String to = withPort(vip, vipPort);
        return protocol == Frame.TCP ? Frame.tcp(from, to) : Frame.udp(from, to);
    }

    /** What the real server sends to the client: an error on its way quotes it. */
    Frame reply() {
        String from = withPort(vip, port);
        String to = withPort(client(), CLIENT_PORT);
        return protocol == Frame.TCP
                ? Frame.tcp(from, to).ack().payload(200)
                : Frame.udp(from, to).payload(200);
    }

    /** An error from a router on the way, which quotes so many bytes after the IP header of the reply. */
    Frame error(Icmp.Kind kind, int quoted) {
        return Frame.icmp(router(), vip, Icmp.about(kind, reply(), quoted));
    }

    String router() {
        return vipIsIpv6() ? "2001:db8:9::1" : "192.0.2.1";
    }

    Frame echo() {
        return Frame.icmp(client(), vip, Icmp.echo(7, 1));
    }

    private static String withPort(String address, int port) {
        return isIpv6(address) ? "[" + address + "]:" + port : address + ":" + port;
    }

    private static String family(String address) {
        return isIpv6(address) ? "IPv6" : "IPv4";
    }

    @Override
    public String toString() {
        return family(vip) + " to " + family(real) + " by " + encapsulation.kind();
    }
}
