// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Icmp;
import dev.thresher.bpf.Verdict;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads what the program sent and takes nothing on trust: every length, every checksum, and that what is inside is what
 * came in. It is quick, for millions of packets; a frame that breaks a rule ends in an {@link AssertionError}.
 */
final class StrictParser {
    private static final int TYPE_IPV4 = 0x0800;
    private static final int TYPE_IPV6 = 0x86dd;
    private static final int MOST_TAGS = 2;
    private static final int MACS = 12;
    private static final int TAG = 0x8100_0000;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;
    private static final int IPIP = 4;
    private static final int IPV6_IN_IP = 41;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMP = 1;
    private static final int ICMPV6 = 58;
    private static final int OUTER_TTL = 64;

    private final byte[] frame;
    /** Where the IP packet begins and ends. */
    private final int start;

    private final int end;
    private final boolean ipv6;

    private StrictParser(byte[] frame) {
        this.frame = frame;
        int at = MACS;
        int tags = 0;
        while (Link.isTag(u16(frame, at))) {
            require(++tags <= MOST_TAGS, "more than two VLAN tags");
            at += 4;
        }
        int type = u16(frame, at);
        require(type == TYPE_IPV4 || type == TYPE_IPV6, "no IP packet");
        this.ipv6 = type == TYPE_IPV6;
        this.start = at + 2;
        require(frame.length >= start + (ipv6 ? IPV6_HEADER : IPV4_HEADER), "no room for an IP header");
        require((frame[start] >> 4 & 0xf) == (ipv6 ? 6 : 4), "IP version");
        this.end = start + (ipv6 ? IPV6_HEADER + u16(frame, start + 4) : u16(frame, start + 2));
        require(end <= frame.length, "the IP packet is longer than the frame");
    }

    /** What the program sent for an input that it could read. */
    static void check(byte[] input, byte[] output, Verdict verdict, NextHop nextHop) {
        StrictParser in = new StrictParser(input);
        StrictParser out = new StrictParser(output);
        require(output[0] == 2 && output[6] == 2, "Ethernet addresses");
        boolean bare = in.isSame(in.start, out, out.start);
        boolean answer = !bare && out.isAnswer();
        require(verdict == (answer || nextHop.egress() == 0 ? Verdict.TX : Verdict.REDIRECT), "interface");
        require(out.hasTags(answer ? in.tags() : in.tagsBehind(nextHop)), "VLAN tags");
        if (!bare) {
            out.checkSent(in);
        }
    }

    /** Nothing else that the program sends has ICMP in the outer header. */
    private boolean isAnswer() {
        int protocol = frame[start + (ipv6 ? 6 : 9)] & 0xff;
        return protocol == ICMP || protocol == ICMPV6;
    }

    private byte[] tags() {
        return Arrays.copyOfRange(frame, MACS, start - 2);
    }

    private boolean hasTags(byte[] tags) {
        return Arrays.equals(tags, tags());
    }

    /** An answer goes back to the segment that the packet came from, all else to that of the real server. */
    private byte[] tagsBehind(NextHop nextHop) {
        if (nextHop.vlan() > NextHop.UNTAGGED) {
            return ByteBuffer.allocate(4).putInt(TAG | nextHop.vlan()).array();
        }
        boolean kept = nextHop.vlan() == NextHop.TAGS_AS_THEY_CAME && nextHop.egress() == 0;
        return kept ? tags() : new byte[0];
    }

    private void checkSent(StrictParser in) {
        int header = checkHeader(in);
        int protocol = frame[start + (ipv6 ? 6 : 9)] & 0xff;
        switch (protocol) {
            case IPIP, IPV6_IN_IP -> {
                require(protocol == (in.ipv6 ? IPV6_IN_IP : IPIP), "protocol of the inner packet");
                require(in.isSame(in.start, this, start + header), "the inner packet is another");
            }
            case UDP -> checkGue(start + header, in);
            case ICMP, ICMPV6 -> checkAnswer(start + header, in);
            default -> require(false, "protocol " + protocol);
        }
    }

    /** Answers its length. An answer is the request turned round: a checksum that was wrong stays wrong. */
    private int checkHeader(StrictParser in) {
        if (ipv6) {
            require(frame[start + 7] == OUTER_TTL, "hop limit");
            return IPV6_HEADER;
        }
        int header = (frame[start] & 0xf) * Integer.BYTES;
        require(header >= IPV4_HEADER && end - start >= header, "header length");
        boolean isAnswer = frame[start + 9] == ICMP;
        require(isHeaderSumRight() || (isAnswer && !in.isHeaderSumRight()), "header checksum");
        require(frame[start + 8] == OUTER_TTL, "TTL");
        require((u16(frame, start + 6) & 0x3fff) == 0, "a fragment");
        return header;
    }

    private void checkGue(int udp, StrictParser in) {
        require(u16(frame, udp + 4) == end - udp, "UDP length");
        require(in.isSame(in.start, this, udp + UDP_HEADER), "the inner packet is another");
        int checksum = u16(frame, udp + 6);
        if (!ipv6) {
            require(checksum == 0, "UDP checksum over IPv4");
        } else if (in.isSumCertain()) {
            // Otherwise the error is passed on: the outer checksum is derived from the inner one.
            require(checksum != 0, "no UDP checksum over IPv6");
            require(sum(frame, udp, end, pseudoSum(UDP, udp)) == 0xffff, "UDP checksum");
        }
    }

    /** To the sender, from the address that it sent to, with a right checksum. */
    private void checkAnswer(int icmp, StrictParser in) {
        require(ipv6 == in.ipv6, "family of the answer");
        int bytes = ipv6 ? 16 : 4;
        int source = ipv6 ? 8 : 12;
        byte[] request = in.frame;
        int to = start + source + bytes;
        require(Arrays.equals(frame, to, to + bytes, request, in.start + source, in.start + source + bytes), "to whom");
        int from = start + source;
        int asked = in.start + source + bytes;
        require(Arrays.equals(frame, from, from + bytes, request, asked, asked + bytes), "from whom");
        require(sum(frame, icmp, end, ipv6 ? pseudoSum(ICMPV6, icmp) : 0) == 0xffff, "ICMP checksum");
        boolean echo = (frame[icmp] & 0xff) == Icmp.Kind.ECHO_REPLY.type(ipv6); // with the request's code
        int tooBig = Icmp.Kind.TOO_BIG.type(ipv6) << 8 | Icmp.Kind.TOO_BIG.code(ipv6);
        require(echo || u16(frame, icmp) == tooBig, "type of the answer");
    }

    private boolean isHeaderSumRight() {
        return ipv6 || sum(frame, start, start + (frame[start] & 0xf) * Integer.BYTES, 0) == 0xffff;
    }

    private boolean isSame(int from, StrictParser other, int otherFrom) {
        return Arrays.equals(frame, from, end, other.frame, otherFrom, other.end);
    }

    /** Is the sum of the packet certain? It is added up, or derived from a checksum in it that has to be right for that. */
    private boolean isSumCertain() {
        int header = ipv6 ? IPV6_HEADER : (frame[start] & 0xf) * Integer.BYTES;
        int protocol = frame[start + (ipv6 ? 6 : 9)] & 0xff;
        int at = start + header;
        boolean plain =
                ipv6 ? protocol == TCP || protocol == UDP || protocol == ICMPV6 : (u16(frame, start + 6) & 0x3fff) == 0;
        if (!plain || (protocol == UDP && (u16(frame, at + 4) != end - at || u16(frame, at + 6) == 0))) {
            return true;
        }
        int pseudoSum = protocol == ICMP ? 0 : pseudoSum(protocol, at);
        return isHeaderSumRight() && sum(frame, at, end, pseudoSum) == 0xffff;
    }

    private int pseudoSum(int protocol, int at) {
        int addresses = start + (ipv6 ? 8 : 12);
        return sum(frame, addresses, addresses + (ipv6 ? 32 : 8), protocol + end - at);
    }

    /** RFC 1071, on top of a start value, folded. */
    private static int sum(byte[] bytes, int from, int to, int startValue) {
        long sum = startValue;
        ByteBuffer words = ByteBuffer.wrap(bytes);
        int at = from;
        for (; at + 1 < to; at += 2) {
            sum += words.getShort(at) & 0xffff;
        }
        if (at < to) {
            sum += (bytes[at] & 0xff) << 8;
        }
        while (sum > 0xffff) {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        return (int) sum;
    }

    private static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }
}
