// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf;

import dev.thresher.bpf.LoadedProgram.Service;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;

/** VIPs with one member each, for tests of what becomes of a packet that has one. */
final class Serving {
    static final String VIP4 = "203.0.113.10";
    static final String VIP6 = "2001:db8:cafe::10";
    static final String CLIENT4 = "10.0.1.2";
    static final String CLIENT6 = "fd00:1::2";
    static final String REAL4 = "10.0.3.11";
    static final String REAL6 = "fd00:3::11";

    private Serving() {}

    /** Adds a VIP with one member and answers the member's id. */
    static int add(LoadedProgram lb, String vip, int port, int protocol, String real, Encapsulation encapsulation) {
        Service service = lb.addVip(vip, port, protocol);
        int id = lb.addMember(service, real);
        lb.setTable(service, id);
        put(lb, id, encapsulation, 0, 0);
        return id;
    }

    /** Changes how a member's packets leave. */
    static void put(LoadedProgram lb, int id, Encapsulation encapsulation, int mtu, int egress) {
        put(lb, id, encapsulation, mtu, egress, NextHop.TAGS_AS_THEY_CAME);
    }

    static void put(LoadedProgram lb, int id, Encapsulation encapsulation, int mtu, int egress, int vlan) {
        MemberRecord member = lb.member(id);
        NextHop nextHop = new NextHop(LoadedProgram.NEXT_HOP, LoadedProgram.OWN, mtu, egress, vlan);
        lb.put(
                id,
                new MemberRecord(
                        member.vip(),
                        member.state(),
                        member.real(),
                        nextHop,
                        encapsulation,
                        member.vipId(),
                        member.routed()));
    }

    static boolean isIpv6(String address) {
        return address.indexOf(':') >= 0;
    }

    /** A packet of a client of the VIP's family. */
    static Frame packet(String vip, int port, int protocol) {
        String from = isIpv6(vip) ? "[" + CLIENT6 + "]:40000" : CLIENT4 + ":40000";
        String to = (isIpv6(vip) ? "[" + vip + "]:" : vip + ":") + port;
        return protocol == Frame.TCP ? Frame.tcp(from, to).ack() : Frame.udp(from, to);
    }

    static String clientOf(String vip) {
        return isIpv6(vip) ? CLIENT6 : CLIENT4;
    }
}
