// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.perf.Traffic.Kind;
import java.util.Locale;
import java.util.OptionalDouble;

/** What {@code bench packets} measures, in the order of its table. */
@SuppressWarnings("ImmutableEnumChecker") // a record of numbers is immutable
enum PacketCase {
    ESTABLISHED_TCP4_1(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 0, 0), 2.5),
    ESTABLISHED_UDP4_1(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.UDP_IPV4, 0, 0), 2.5),
    ESTABLISHED_TCP6_1(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.TCP_IPV6, 0, 0), 3),
    GUE_TCP4_1(Service.GUE, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 0, 0), 3.5),
    /** The only one whose outer header has a checksum to be worked out. */
    GUE_TCP6_1(Service.GUE, Flows.KNOWN, new Traffic(Kind.TCP_IPV6, 0, 0)),
    ESTABLISHED_TCP4_2E10(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 10, 0)),
    ESTABLISHED_TCP4_2E17(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 17, 0)),
    ESTABLISHED_TCP4_2E20(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 20, 0), 14),
    TAGGED_TCP4_1(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.TAGGED_TCP_IPV4, 0, 0)),
    LATER_FRAGMENT4_1(Service.ONE_VIP, Flows.KNOWN, new Traffic(Kind.FRAGMENT_IPV4, 0, 0)),
    QUIC_ID4_1(Service.ROUTED, Flows.KNOWN, new Traffic(Kind.QUIC_IPV4, 0, 0)),
    SOURCE_ROUTE4_1(Service.ROUTED, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 0, 0)),
    REDIRECT_TCP4_1(Service.ANOTHER_INTERFACE, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 0, 0)),
    MANY_VIPS(Service.MANY_VIPS, Flows.KNOWN, new Traffic(Kind.TCP_IPV4, 20, 6), 15),
    SYN_1(Service.NEW_FLOWS, Flows.ONE_FORGOTTEN, new Traffic(Kind.SYN_IPV4, 0, 0), 6),
    SYN_2E20(Service.NEW_FLOWS, Flows.ALL_FORGOTTEN, new Traffic(Kind.SYN_IPV4, 20, 0), 16),
    NONVIP_PASS(Service.ONE_VIP, Flows.NONE, new Traffic(Kind.HOST_IPV4, 0, 0), 3.2);

    /** Which load balancer serves the case: what one case leaves in the connection table must not meet another. */
    enum Service {
        ONE_VIP,
        /** One VIP too, whose real servers take GUE. */
        GUE,
        /** UDP VIPs whose connection ids name real servers, TCP VIPs with source routes. */
        ROUTED,
        /** One VIP, whose real servers are behind another interface. */
        ANOTHER_INTERFACE,
        MANY_VIPS,
        NEW_FLOWS
    }

    /** What the connection table knows of the flows before each packet. */
    enum Flows {
        /** Everything, from warm-up passes. */
        KNOWN,
        /** Nothing: the wrapper forgets the only flow before each packet. */
        ONE_FORGOTTEN,
        /** Nothing: the table is emptied first, and each flow sends one packet. */
        ALL_FORGOTTEN,
        /** Nothing ever. */
        NONE
    }

    final Service service;
    final Flows flows;
    final Traffic traffic;
    final OptionalDouble target;

    PacketCase(Service service, Flows flows, Traffic traffic, double target) {
        this.service = service;
        this.flows = flows;
        this.traffic = traffic;
        this.target = OptionalDouble.of(target);
    }

    PacketCase(Service service, Flows flows, Traffic traffic) {
        this.service = service;
        this.flows = flows;
        this.traffic = traffic;
        this.target = OptionalDouble.empty();
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The program of {@code bench.bpf.c} that goes around the target. */
    String wrapper() {
        if (flows == Flows.ONE_FORGOTTEN) {
            return "wrap_cleared_ipv4";
        }
        return traffic.kind().wrapper();
    }

    /** Does every packet of it start a flow? */
    boolean startsFlows() {
        return flows == Flows.ONE_FORGOTTEN || flows == Flows.ALL_FORGOTTEN;
    }

    /** {@code enum xdp_action} that the case is about. */
    int verdict() {
        if (service == Service.ANOTHER_INTERFACE) {
            return Verdicts.REDIRECT;
        }
        return flows == Flows.NONE ? Verdicts.PASS : Verdicts.TX;
    }
}
