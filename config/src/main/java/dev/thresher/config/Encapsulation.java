// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Locale;

/**
 * How packets are wrapped on their way to the reals of a pool.
 *
 * @param kind what is put in front of them
 * @param guePort the UDP port that the reals take GUE at, 1 to 65535; 0 for other kinds
 */
public record Encapsulation(Kind kind, int guePort) {
    /** GUE's port in IANA's registry. */
    public static final int DEFAULT_GUE_PORT = 6080;

    public static final Encapsulation IPIP = new Encapsulation(Kind.IPIP, 0);
    public static final Encapsulation L2 = new Encapsulation(Kind.L2, 0);

    public Encapsulation {
        if (kind == Kind.GUE) {
            Require.inRange("the port of GUE", guePort, 1, 65_535);
        } else {
            Require.that(guePort == 0, kind + " has no port");
        }
    }

    /** Generic UDP encapsulation to this port. */
    public static Encapsulation gue(int port) {
        return new Encapsulation(Kind.GUE, port);
    }

    /** {@code ipip}, {@code l2} or {@code gue:6080}. */
    @Override
    public String toString() {
        return kind == Kind.GUE ? kind + ":" + guePort : kind.toString();
    }

    /** What is put in front of a packet. */
    public enum Kind {
        /** IP in IP: protocol 4 or 41, any mix of IPv4 and IPv6. */
        IPIP,
        /** Generic UDP encapsulation, variant 1: an outer IP and UDP header, no header of its own. */
        GUE,
        /** Nothing: the frame's Ethernet addresses change, so the real must be on a segment of the balancer's. */
        L2;

        /** As the configuration spells it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
