// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.IcmpV4Code;
import org.pcap4j.packet.namednumber.IcmpV4Type;
import org.pcap4j.packet.namednumber.IcmpV6Code;
import org.pcap4j.packet.namednumber.IcmpV6Type;

/**
 * An ICMP message that there is in both versions.
 *
 * @param rest the four bytes after the checksum (RFC 792, RFC 4443)
 * @param quoted the packet that an error is about, before the payload
 */
@SuppressWarnings("ArrayRecordComponent")
public record Icmp(Kind kind, int rest, byte[] quoted) {
    public static final int PROTOCOL_IPV4 = 1;
    public static final int PROTOCOL_IPV6 = 58;

    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;

    /** What the message says: type and code in ICMP, type and code in ICMPv6. */
    public enum Kind {
        ECHO(8, 0, 128, 0),
        ECHO_REPLY(0, 0, 129, 0),
        PORT_UNREACHABLE(3, 3, 1, 4),
        TOO_BIG(3, 4, 2, 0),
        TIME_EXCEEDED(11, 0, 3, 0),
        PARAMETER_PROBLEM(12, 0, 4, 0),
        /** ICMP: timestamp request; ICMPv6: neighbour solicitation. */
        OTHER(13, 0, 135, 0);

        private final int type4;
        private final int code4;
        private final int type6;
        private final int code6;

        Kind(int type4, int code4, int type6, int code6) {
            this.type4 = type4;
            this.code4 = code4;
            this.type6 = type6;
            this.code6 = code6;
        }

        public int type(boolean ipv6) {
            return ipv6 ? type6 : type4;
        }

        public int code(boolean ipv6) {
            return ipv6 ? code6 : code4;
        }
    }

    public static Icmp echo(int identifier, int sequence) {
        return new Icmp(Kind.ECHO, identifier << 16 | sequence, new byte[0]);
    }

    public static Icmp of(Kind kind) {
        return new Icmp(kind, 0, new byte[0]);
    }

    /** An error about a packet, of which it quotes the IPv4 or IPv6 header and so many bytes after that. */
    public static Icmp about(Kind kind, Frame lost, int bytes) {
        byte[] packet = lost.ip();
        int header = packet[0] >> 4 == 4 ? IPV4_HEADER : IPV6_HEADER;
        return new Icmp(kind, 0, Arrays.copyOf(packet, Math.min(packet.length, header + bytes)));
    }

    /** The MTU of {@link Kind#TOO_BIG}, in bytes. */
    public Icmp mtu(int bytes) {
        return new Icmp(kind, bytes, quoted);
    }

    Packet.Builder between(InetAddress source, InetAddress destination, byte[] payload) {
        byte[] content = ByteBuffer.allocate(Integer.BYTES + quoted.length + payload.length)
                .putInt(rest)
                .put(quoted)
                .put(payload)
                .array();
        Packet.Builder inside = new UnknownPacket.Builder().rawData(content);
        if (source instanceof Inet6Address source6) {
            return new IcmpV6CommonPacket.Builder()
                    .type(IcmpV6Type.getInstance((byte) kind.type6))
                    .code(IcmpV6Code.getInstance((byte) kind.type6, (byte) kind.code6))
                    .srcAddr(source6)
                    .dstAddr((Inet6Address) destination)
                    .correctChecksumAtBuild(true)
                    .payloadBuilder(inside);
        }
        return new IcmpV4CommonPacket.Builder()
                .type(IcmpV4Type.getInstance((byte) kind.type4))
                .code(IcmpV4Code.getInstance((byte) kind.type4, (byte) kind.code4))
                .correctChecksumAtBuild(true)
                .payloadBuilder(inside);
    }
}
