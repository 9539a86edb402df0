// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpPacket;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.namednumber.EtherType;

/** What a frame that the program sent on is made of, as the packet library reads it. */
@SuppressWarnings("ArrayRecordComponent")
record Encapsulated(EthernetPacket.EthernetHeader ethernet, IpPacket outer, byte[] inner, byte[] padding) {
    /**
     * Fails unless the frame is an IP packet in Ethernet. What is inside stays bytes: the library takes IP in IPv6 for an
     * extension header.
     */
    static Encapsulated dissect(byte[] frame) {
        EthernetPacket packet = strict(() -> EthernetPacket.newPacket(frame, 0, frame.length));
        IpPacket outer = ip(packet.getPayload().getRawData(), packet.getHeader().getType());
        return new Encapsulated(packet.getHeader(), outer, outer.getPayload().getRawData(), packet.getPad());
    }

    IpV4Packet.IpV4Header outerIpv4() {
        return (IpV4Packet.IpV4Header) outer.getHeader();
    }

    IpV6Packet.IpV6Header outerIpv6() {
        return (IpV6Packet.IpV6Header) outer.getHeader();
    }

    private static IpPacket ip(byte[] bytes, EtherType type) {
        if (type.equals(EtherType.IPV4)) {
            return strict(() -> IpV4Packet.newPacket(bytes, 0, bytes.length));
        }
        if (type.equals(EtherType.IPV6)) {
            return strict(() -> IpV6Packet.newPacket(bytes, 0, bytes.length));
        }
        throw new AssertionError("the Ethernet type is " + type);
    }

    private interface Parser<T extends Packet> {
        T parse() throws IllegalRawDataException;
    }

    private static <T extends Packet> T strict(Parser<T> parser) {
        try {
            return parser.parse();
        } catch (IllegalRawDataException e) {
            throw new AssertionError("not a valid packet", e);
        }
    }
}
