// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.layout.MemberRecord.NextHop;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.pcap4j.packet.Dot1qVlanTagPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.UnknownPacket;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.util.MacAddress;

/**
 * A frame down to its IP packet.
 *
 * @param tags of VLANs, the outermost first
 * @param ip the packet
 * @param trailer what follows it in the frame: padding
 */
@SuppressWarnings("ArrayRecordComponent")
record Link(MacAddress destination, MacAddress source, List<Tag> tags, byte[] ip, byte[] trailer) {
    private static final int TYPE_VLAN = 0x8100;
    private static final int TYPE_SERVICE_VLAN = 0x88a8;
    private static final int IPV6_HEADER = 40;

    /** Its Ethernet type and the id of its VLAN. */
    record Tag(int type, int id) {}

    static boolean isTag(int type) {
        return type == TYPE_VLAN || type == TYPE_SERVICE_VLAN;
    }

    static Link of(byte[] frame) {
        ByteBuffer bytes = ByteBuffer.wrap(frame);
        MacAddress destination = mac(bytes);
        MacAddress source = mac(bytes);
        List<Tag> tags = new ArrayList<>();
        int type = bytes.getShort() & 0xffff;
        while (isTag(type)) {
            tags.add(new Tag(type, bytes.getShort() & 0xfff));
            type = bytes.getShort() & 0xffff;
        }
        byte[] rest = Arrays.copyOfRange(frame, bytes.position(), frame.length);
        int length = length(rest);
        return new Link(
                destination,
                source,
                tags,
                Arrays.copyOf(rest, length),
                Arrays.copyOfRange(rest, Math.min(length, rest.length), rest.length));
    }

    private static MacAddress mac(ByteBuffer bytes) {
        byte[] address = new byte[MacAddress.SIZE_IN_BYTES];
        bytes.get(address);
        return MacAddress.getByAddress(address);
    }

    private static int length(byte[] ip) {
        ByteBuffer packet = ByteBuffer.wrap(ip);
        return isIpv6(ip) ? IPV6_HEADER + (packet.getShort(4) & 0xffff) : packet.getShort(2) & 0xffff;
    }

    static boolean isIpv6(byte[] ip) {
        return ip[0] >> 4 == 6;
    }

    Link withoutTrailer() {
        return new Link(destination, source, tags, ip, new byte[0]);
    }

    /** With the tags of the segment that it leaves to. */
    Link leaving(NextHop to) {
        if (to.vlan() == NextHop.TAGS_AS_THEY_CAME && to.egress() == 0) {
            return this;
        }
        List<Tag> theirs = to.vlan() > NextHop.UNTAGGED ? List.of(new Tag(TYPE_VLAN, to.vlan())) : List.of();
        return new Link(destination, source, theirs, ip, trailer);
    }

    /** Back to the sender, with another packet. */
    @SuppressWarnings("ArgumentSelectionDefectChecker") // that is what it is for
    byte[] turned(byte[] packet) {
        return with(source, destination, packet);
    }

    /** The same frame, tags and padding too, with other addresses and another packet. */
    byte[] with(MacAddress newDestination, MacAddress newSource, byte[] packet) {
        Packet.Builder content = new UnknownPacket.Builder().rawData(packet);
        EtherType type = isIpv6(packet) ? EtherType.IPV6 : EtherType.IPV4;
        for (int i = tags.size() - 1; i >= 0; i--) {
            content = new Dot1qVlanTagPacket.Builder()
                    .vid((short) tags.get(i).id())
                    .type(type)
                    .payloadBuilder(content);
            type = EtherType.getInstance((short) tags.get(i).type());
        }
        return new EthernetPacket.Builder()
                .dstAddr(newDestination)
                .srcAddr(newSource)
                .type(type)
                .pad(trailer)
                .payloadBuilder(content)
                .build()
                .getRawData();
    }
}
