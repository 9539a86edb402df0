// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.packets;

import dev.thresher.bpf.Extension;
import dev.thresher.bpf.Frame;
import dev.thresher.bpf.Icmp;
import dev.thresher.bpf.Icmp.Kind;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.packets.Outcome.Passed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.namednumber.ArpHardwareType;
import org.pcap4j.packet.namednumber.ArpOperation;
import org.pcap4j.packet.namednumber.EtherType;
import org.pcap4j.util.MacAddress;

/** What is not for a VIP is the host's own: it passes as it came, whatever it is. */
final class HostCases {
    private static final String HOST4 = "203.0.113.200";
    private static final String HOST6 = "2001:db8:cafe::200";
    private static final String VIP4 = "203.0.113.10";
    private static final String VIP6 = "2001:db8:cafe::10";
    private static final int VERSION_AT = Frame.ETHERNET_HEADER;
    private static final int PROTOCOL4_AT = Frame.ETHERNET_HEADER + 9;
    private static final int PROTOCOL6_AT = Frame.ETHERNET_HEADER + 6;
    private static final int[] OTHER_PROTOCOLS = {2, 47, 50, 89, 132, 255};

    private HostCases() {}

    static Stream<PacketCase> of(Fleet fleet) {
        Target vip4 = fleet.target(VIP4, 80, Frame.TCP, Fleet.REAL4, Encapsulation.IPIP);
        Target vip6 = fleet.target(VIP6, 80, Frame.TCP, Fleet.REAL6, Encapsulation.IPIP);
        return Stream.of(
                        toHost("IPv4", Target.CLIENT4, HOST4),
                        toHost("IPv6", Target.CLIENT6, HOST6),
                        toVip("IPv4", vip4),
                        toVip("IPv6", vip6),
                        only4(),
                        only6(vip6))
                .flatMap(cases -> cases);
    }

    private static Stream<PacketCase> toHost(String family, String client, String host) {
        boolean ipv6 = Target.isIpv6(host);
        String from = ipv6 ? "[" + client + "]:5000" : client + ":5000";
        String to = ipv6 ? "[" + host + "]:80" : host + ":80";
        Frame reply = Frame.tcp(to, from).ack().payload(40);
        List<byte[]> fragments = Frame.udp(from, to).payload(200).cut(64);
        return Stream.of(
                passes(family + " TCP to the host", Frame.tcp(from, to).syn()),
                passes(family + " UDP to the host", Frame.udp(from, to).payload(20)),
                passes(
                        family + " with two VLAN tags to the host",
                        Frame.tcp(from, to).vlan(5, 6).syn()),
                passes(family + " first fragment to the host", fragments.get(0)),
                passes(family + " middle fragment to the host", fragments.get(1)),
                passes(family + " last fragment to the host", fragments.get(fragments.size() - 1)),
                passes(
                        family + " echo request to the host",
                        Frame.icmp(client, host, Icmp.echo(1, 1)).payload(56)),
                passes(
                        family + " echo reply to the host",
                        Frame.icmp(client, host, Icmp.of(Kind.ECHO_REPLY)).payload(56)),
                passes(
                        family + " ICMP error about the host's own flow",
                        Frame.icmp(client, host, Icmp.about(Kind.PORT_UNREACHABLE, reply, 8))),
                passes(
                        family + " packet too big about the host's own flow",
                        Frame.icmp(
                                client,
                                host,
                                Icmp.about(Kind.TOO_BIG, reply, 60).mtu(1400))),
                passes(
                        family + " from a VIP to a client",
                        Frame.tcp(ipv6 ? "[" + VIP6 + "]:80" : VIP4 + ":80", from)
                                .ack()));
    }

    private static Stream<PacketCase> toVip(String family, Target vip) {
        byte[] whole = vip.frame().syn().payload(10).bytes();
        byte[] version = whole.clone();
        version[VERSION_AT] ^= 0x10;
        byte[] threeTags = vip.frame().syn().vlan(1, 2, 3).bytes();
        return Stream.concat(
                Stream.of(
                        passes(
                                family + " to another port of the VIP",
                                vip.frame(vip.client(), 5000, 81).syn()),
                        passes(family + " with three VLAN tags to the VIP", threeTags),
                        passes(family + " of a wrong version to the VIP", version),
                        passes(family + " cut within the Ethernet header's payload", Arrays.copyOf(whole, 15)),
                        passes(family + " cut within the IP header", Arrays.copyOf(whole, 30)),
                        passes(family + " cut within the TCP header", Arrays.copyOf(whole, whole.length - 20)),
                        passes(family + " cut within the payload", Arrays.copyOf(whole, whole.length - 1)),
                        passes(
                                family + " ICMP of another type to the VIP",
                                Frame.icmp(vip.client(), vip.vip(), Icmp.of(Kind.OTHER))
                                        .payload(12)),
                        passes(
                                family + " echo reply to the VIP",
                                Frame.icmp(vip.client(), vip.vip(), Icmp.of(Kind.ECHO_REPLY))
                                        .payload(12))),
                Arrays.stream(OTHER_PROTOCOLS).mapToObj(protocol -> {
                    byte[] other = vip.frame().payload(40).bytes();
                    other[vip.vipIsIpv6() ? PROTOCOL6_AT : PROTOCOL4_AT] = (byte) protocol;
                    return passes(family + " protocol " + protocol + " to the VIP", other);
                }));
    }

    private static Stream<PacketCase> only4() {
        Frame tcp = Frame.tcp(Target.CLIENT4 + ":5000", HOST4 + ":80").syn();
        byte[] shortHeader =
                Frame.tcp(Target.CLIENT4 + ":5000", VIP4 + ":80").syn().bytes();
        shortHeader[VERSION_AT] = 0x44;
        ArpPacket.Builder arp = new ArpPacket.Builder()
                .hardwareType(ArpHardwareType.ETHERNET)
                .protocolType(EtherType.IPV4)
                .hardwareAddrLength((byte) 6)
                .protocolAddrLength((byte) 4)
                .operation(ArpOperation.REQUEST)
                .srcHardwareAddr(Frame.SENDER)
                .srcProtocolAddr(Frame.address(Target.CLIENT4))
                .dstHardwareAddr(MacAddress.ETHER_BROADCAST_ADDRESS)
                .dstProtocolAddr(Frame.address(VIP4));
        return Stream.of(
                passes("IPv4 options to the host", tcp.options(10)),
                passes("IPv4 header of four words to the VIP", shortHeader),
                passes(
                        "ARP for the VIP",
                        Frame.ethernet(EtherType.ARP)
                                .payloadBuilder(arp)
                                .paddingAtBuild(true)
                                .build()
                                .getRawData()));
    }

    private static Stream<PacketCase> only6(Target vip) {
        Frame tcp =
                Frame.tcp("[" + Target.CLIENT6 + "]:5000", "[" + HOST6 + "]:80").syn();
        byte[] endless = vip.frame().syn().extensions(Extension.HOP_BY_HOP).bytes();
        endless[Frame.ETHERNET_HEADER + 41] = (byte) 255;
        return Stream.of(
                passes(
                        "IPv6 extension headers to the host",
                        tcp.extensions(Extension.HOP_BY_HOP, Extension.ROUTING, Extension.DESTINATION)),
                passes("IPv6 extension header that reaches beyond the packet", endless),
                passes(
                        "neighbour solicitation for the VIP",
                        Frame.icmp("fe80::7", "ff02::1:ff00:10", Icmp.of(Kind.OTHER))
                                .payload(Frame.address(VIP6).getAddress())
                                .ttl(255)));
    }

    private static PacketCase passes(String name, Frame frame) {
        return passes(name, frame.bytes());
    }

    private static PacketCase passes(String name, byte[] frame) {
        return new PacketCase(name, frame, new Passed());
    }
}
