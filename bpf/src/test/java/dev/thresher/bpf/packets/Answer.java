// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The frame that has to go back to a client: an ICMP message in the VIP's name. */
final class Answer {
    private static final int TTL = 64;
    private static final int IPV6_HEADER = 40;
    private static final int ICMP_HEADER = 8;
    /** Of the packet that an error is about: RFC 792 asks for 8 bytes after the header. */
    private static final int QUOTED_MINIMUM = 28;

    private Answer() {}

    /** RFC 792 and RFC 4443: the same with the direction turned round. */
    static byte[] toEcho(byte[] input, byte[] output) {
        Link request = Link.of(input);
        ByteBuffer ip = ByteBuffer.wrap(request.ip());
        boolean ipv6 = Link.isIpv6(request.ip());
        int header = ipv6 ? IPV6_HEADER : (ip.get(0) & 0xf) * Integer.BYTES;
        Icmp reply = new Icmp(
                Icmp.Kind.ECHO_REPLY,
                ip.getInt(header + Integer.BYTES),
                Arrays.copyOfRange(request.ip(), header + ICMP_HEADER, request.ip().length));
        Frame frame = Frame.icmp(address(request.ip(), ipv6 ? 24 : 16), address(request.ip(), ipv6 ? 8 : 12), reply)
                .ttl(TTL)
                .tos(ipv6 ? ip.getShort(0) >> 4 & 0xff : ip.get(1))
                .options(ipv6 ? 0 : (ip.get(0) & 0xf) - 5);
        if (!ipv6) {
            frame.identification(ip.getShort(4));
        }
        return request.turned(withSignOfZero(frame.ip(), Link.of(output)));
    }

    /** A sum of zero has two checksums over IPv4, both right, unless all that is summed is zero. */
    private static byte[] withSignOfZero(byte[] ip, Link output) {
        int at = (ip[0] & 0xf) * Integer.BYTES + 2;
        byte[] actual = output.ip();
        boolean zero = !Link.isIpv6(ip) && ip[at] == 0 && ip[at + 1] == 0;
        if (zero && actual.length > at + 1 && actual[at] == -1 && actual[at + 1] == -1) {
            ip[at] = -1;
            ip[at + 1] = -1;
        }
        return ip;
    }

    /** RFC 1191 and RFC 8201. How much the answer quotes is its own choice, within bounds; so is its traffic class. */
    static byte[] tooBig(byte[] input, byte[] output, int mtu) {
        Link lost = Link.of(input);
        Link out = Link.of(output);
        boolean ipv6 = Link.isIpv6(lost.ip());
        int header = ipv6 ? IPV6_HEADER : 20;
        int quoted = out.ip().length - header - ICMP_HEADER;
        assertTrue(quoted >= QUOTED_MINIMUM + (ipv6 ? 20 : 0), () -> "quotes only " + quoted + " bytes");
        assertTrue(out.ip().length <= (ipv6 ? 1280 : 576), () -> "is itself too long: " + out.ip().length + " bytes");
        Icmp error = new Icmp(Icmp.Kind.TOO_BIG, mtu, Arrays.copyOf(lost.ip(), quoted));
        Frame frame = Frame.icmp(address(lost.ip(), ipv6 ? 24 : 16), address(lost.ip(), ipv6 ? 8 : 12), error)
                .ttl(TTL);
        ByteBuffer ip = ByteBuffer.wrap(out.ip());
        if (ipv6) {
            frame.tos(ip.getShort() >> 4 & 0xff).flowLabel(ip.getInt(0) & 0xfffff);
        } else {
            frame.tos(ip.get(1)).identification(ip.getShort(4)).mayFragment();
        }
        return lost.withoutTrailer().turned(frame.ip());
    }

    private static String address(byte[] ip, int at) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(ip, at, at + (Link.isIpv6(ip) ? 16 : 4)))
                    .getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }
}
