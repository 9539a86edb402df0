// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * How the connection ID of a QUIC packet names its real server.
 *
 * @param scheme how the ID is laid out
 * @param serverIdLengths bytes of the server id, 1 to 15, by config rotation, 0 to 6; at least one for QUIC-LB, none
 *     for Katran, whose versions tell the length
 */
public record QuicRouting(Scheme scheme, NavigableMap<Integer, Integer> serverIdLengths) {
    /** Config rotation 7 says that an ID cannot be routed (QUIC-LB, section 3.1). */
    public static final int MAX_ROTATION = 6;

    /** Katran's versions 1 to 3 have ids of 16, 24 and 32 bits. */
    public static final int MAX_KATRAN_LENGTH = Integer.BYTES;

    public QuicRouting {
        serverIdLengths = Collections.unmodifiableNavigableMap(new TreeMap<>(serverIdLengths));
        Require.that(
                serverIdLengths.isEmpty() == (scheme == Scheme.KATRAN),
                scheme == Scheme.KATRAN ? "katran has no configs" : scheme + " needs a config");
        serverIdLengths.forEach((rotation, length) -> {
            Require.inRange("a config rotation", rotation, 0, MAX_ROTATION);
            Require.inRange("the length of a server id", length, 1, ServerId.MAX_LENGTH);
        });
    }

    /** The plaintext algorithm of QUIC-LB. */
    public static QuicRouting quicLb(Map<Integer, Integer> serverIdLengths) {
        return new QuicRouting(Scheme.QUIC_LB, new TreeMap<>(serverIdLengths));
    }

    /** Katran's connection IDs, versions 1 to 3. */
    public static QuicRouting katran() {
        return new QuicRouting(Scheme.KATRAN, new TreeMap<>());
    }

    /** Whether an ID of this scheme can carry a server id of this length. */
    boolean carries(ServerId id) {
        return scheme == Scheme.KATRAN ? id.length() <= MAX_KATRAN_LENGTH : serverIdLengths.containsValue(id.length());
    }

    /** The layout of a connection ID. */
    public enum Scheme {
        /** draft-ietf-quic-load-balancers, its plaintext algorithm. */
        QUIC_LB("quic-lb"),
        /** Two bits of version, then the server id as a number, in the format of Katran and mvfst. */
        KATRAN("katran");

        private final String word;

        Scheme(String word) {
            this.word = word;
        }

        /** As the configuration spells it. */
        @Override
        public String toString() {
            return word;
        }
    }
}
