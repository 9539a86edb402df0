// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.demo;

import dev.thresher.tools.lab.Topology;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How many packets of each kind passed a cable.
 *
 * @param requests TCP packets for a VIP, as the client sent them
 * @param encapsulated such packets inside an outer header
 * @param replies TCP packets from a VIP, bare or inside an outer header
 */
record WireCount(int requests, int encapsulated, int replies) {
    private static final int PCAP_HEADER = 24;
    private static final int RECORD_HEADER = 16;
    private static final int ETHERNET_HEADER = 14;
    private static final int ETHERTYPE_IPV4 = 0x0800;
    private static final int ETHERTYPE_IPV6 = 0x86dd;
    private static final int IPIP = 4;
    private static final int TCP = 6;
    private static final int IPV6_IN_IP = 41;

    private enum Kind {
        REQUEST,
        ENCAPSULATED,
        REPLY,
        OTHER
    }

    /** Counts the packets in a capture file of an Ethernet interface, as tcpdump writes it on this machine. */
    static WireCount of(Path capture) throws IOException {
        List<InetAddress> vips = List.of(InetAddress.getByName(Topology.VIP4), InetAddress.getByName(Topology.VIP6));
        ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(capture)).order(ByteOrder.nativeOrder());
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        file.position(PCAP_HEADER);
        while (file.remaining() >= RECORD_HEADER) {
            int length = file.getInt(file.position() + 8);
            file.position(file.position() + RECORD_HEADER);
            counts.merge(kind(file.slice(file.position(), length), vips), 1, Integer::sum);
            file.position(file.position() + length);
        }
        return new WireCount(
                counts.getOrDefault(Kind.REQUEST, 0),
                counts.getOrDefault(Kind.ENCAPSULATED, 0),
                counts.getOrDefault(Kind.REPLY, 0));
    }

    private static Kind kind(ByteBuffer frame, Collection<InetAddress> vips) {
        int type = frame.getShort(12) & 0xffff;
        if (type != ETHERTYPE_IPV4 && type != ETHERTYPE_IPV6) {
            return Kind.OTHER;
        }
        Packet packet = Packet.at(frame, ETHERNET_HEADER);
        boolean wrapped = packet.protocol == IPIP || packet.protocol == IPV6_IN_IP;
        Packet inner = wrapped ? Packet.at(frame, packet.payload) : packet;
        if (inner.protocol != TCP) {
            return Kind.OTHER;
        }
        if (inner.isFrom(vips)) {
            return Kind.REPLY;
        }
        if (!inner.isFor(vips)) {
            return Kind.OTHER;
        }
        return wrapped ? Kind.ENCAPSULATED : Kind.REQUEST;
    }

    /** An IP packet within a frame. */
    private record Packet(int protocol, ByteBuffer source, ByteBuffer destination, int payload) {
        static Packet at(ByteBuffer frame, int offset) {
            int first = frame.get(offset);
            return (first >> 4 & 0xf) == 4
                    ? new Packet(
                            frame.get(offset + 9),
                            frame.slice(offset + 12, 4),
                            frame.slice(offset + 16, 4),
                            offset + 4 * (first & 0xf))
                    : new Packet(
                            frame.get(offset + 6),
                            frame.slice(offset + 8, 16),
                            frame.slice(offset + 24, 16),
                            offset + 40);
        }

        boolean isFrom(Collection<InetAddress> addresses) {
            return isAnyOf(source, addresses);
        }

        boolean isFor(Collection<InetAddress> addresses) {
            return isAnyOf(destination, addresses);
        }

        private static boolean isAnyOf(ByteBuffer raw, Collection<InetAddress> addresses) {
            byte[] bytes = new byte[raw.remaining()];
            raw.duplicate().get(bytes);
            return addresses.stream().anyMatch(address -> Arrays.equals(address.getAddress(), bytes));
        }
    }
}
