// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.util.Arrays;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.EthernetPacket.EthernetHeader;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket.IpHeader;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV4Packet.IpV4Header;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.IpV6Packet.IpV6Header;
import org.pcap4j.packet.Packet.Header;
import org.pcap4j.packet.namednumber.EtherType;

/**
 * What a frame that the program sent on is made of. The packet library reads the headers; what is inside stays bytes, for
 * a client may send what the library refuses.
 *
 * @param inner as long as the outer header says
 * @param padding what follows
 */
@SuppressWarnings("ArrayRecordComponent")
record Encapsulated(EthernetHeader ethernet, IpHeader outer, byte[] inner, byte[] padding) {
    /** Fails unless the frame holds an IP packet. */
    static Encapsulated dissect(byte[] frame) {
        EthernetHeader ethernet =
                strict(() -> EthernetPacket.newPacket(frame, 0, frame.length).getHeader());
        int start = ethernet.length();
        int rest = frame.length - start;
        if (ethernet.getType().equals(EtherType.IPV4)) {
            IpV4Header outer =
                    strict(() -> IpV4Packet.newPacket(frame, start, rest).getHeader());
            return split(frame, ethernet, outer, outer.getTotalLengthAsInt());
        }
        if (ethernet.getType().equals(EtherType.IPV6)) {
            IpV6Header outer =
                    strict(() -> IpV6Packet.newPacket(frame, start, rest).getHeader());
            return split(frame, ethernet, outer, outer.length() + outer.getPayloadLengthAsInt());
        }
        throw new AssertionError("the Ethernet type is " + ethernet.getType());
    }

    IpV4Header outerIpv4() {
        return (IpV4Header) outer;
    }

    IpV6Header outerIpv6() {
        return (IpV6Header) outer;
    }

    private static Encapsulated split(byte[] frame, EthernetHeader ethernet, IpHeader outer, int length) {
        int end = ethernet.length() + length;
        if (end > frame.length) {
            throw new AssertionError("the outer header says " + length + " bytes: beyond the frame");
        }
        byte[] inner = Arrays.copyOfRange(frame, ethernet.length() + outer.length(), end);
        return new Encapsulated(ethernet, outer, inner, Arrays.copyOfRange(frame, end, frame.length));
    }

    private interface Parser<T extends Header> {
        T parse() throws IllegalRawDataException;
    }

    private static <T extends Header> T strict(Parser<T> parser) {
        try {
            return parser.parse();
        } catch (IllegalRawDataException e) {
            throw new AssertionError("not a valid packet", e);
        }
    }
}
