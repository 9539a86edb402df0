// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import java.net.Inet6Address;
import java.util.List;
import org.pcap4j.packet.IpV6ExtDestinationOptionsPacket;
import org.pcap4j.packet.IpV6ExtHopByHopOptionsPacket;
import org.pcap4j.packet.IpV6ExtOptionsPacket;
import org.pcap4j.packet.IpV6ExtRoutingPacket;
import org.pcap4j.packet.IpV6PadNOption;
import org.pcap4j.packet.IpV6RoutingSourceRouteData;
import org.pcap4j.packet.Packet;
import org.pcap4j.packet.namednumber.IpNumber;
import org.pcap4j.packet.namednumber.IpV6RoutingType;

/** An IPv6 extension header (RFC 8200, section 4) that says nothing: padding, or a route that has been gone to its end. */
public enum Extension {
    HOP_BY_HOP,
    ROUTING,
    DESTINATION,
    /** With 32 bytes more of padding. */
    LONG_DESTINATION;

    private static final int SHORTEST = 4;
    private static final int LONG = 36;

    IpNumber number() {
        return switch (this) {
            case HOP_BY_HOP -> IpNumber.IPV6_HOPOPT;
            case ROUTING -> IpNumber.IPV6_ROUTE;
            case DESTINATION, LONG_DESTINATION -> IpNumber.IPV6_DST_OPTS;
        };
    }

    Packet.Builder before(IpNumber next, Packet.Builder inside) {
        return switch (this) {
            case HOP_BY_HOP -> padded(new IpV6ExtHopByHopOptionsPacket.Builder(), SHORTEST, next, inside);
            case DESTINATION -> padded(new IpV6ExtDestinationOptionsPacket.Builder(), SHORTEST, next, inside);
            case LONG_DESTINATION -> padded(new IpV6ExtDestinationOptionsPacket.Builder(), LONG, next, inside);
            case ROUTING ->
                new IpV6ExtRoutingPacket.Builder()
                        .nextHeader(next)
                        .routingType(IpV6RoutingType.SOURCE_ROUTE)
                        .segmentsLeft((byte) 0)
                        .data(new IpV6RoutingSourceRouteData(0, List.of((Inet6Address) Frame.address("2001:db8:5::1"))))
                        .correctLengthAtBuild(true)
                        .payloadBuilder(inside);
        };
    }

    private static Packet.Builder padded(
            IpV6ExtOptionsPacket.Builder header, int padding, IpNumber next, Packet.Builder inside) {
        IpV6PadNOption option = new IpV6PadNOption.Builder()
                .data(new byte[padding])
                .correctLengthAtBuild(true)
                .build();
        header.nextHeader(next).options(List.of(option)).correctLengthAtBuild(true);
        return header.payloadBuilder(inside);
    }
}
