// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * {@code struct quic_config}: how the connection ids of a VIP's QUIC packets name real servers.
 *
 * @param idLengths bytes of a server id by config rotation of QUIC-LB; 0 where a rotation is not in use
 */
public record QuicConfig(Scheme scheme, List<Integer> idLengths) {
    /** Config rotations of QUIC-LB; one more says that an id cannot be routed. */
    public static final int ROTATIONS = 7;

    /** Bytes. */
    public static final int LENGTH = 1 + ROTATIONS;

    /** Server ids have at most so many bytes. */
    public static final int MAX_ID_LENGTH = 15;

    /** Connection ids name nobody. */
    public static final QuicConfig NONE = new QuicConfig(Scheme.NONE, Collections.nCopies(ROTATIONS, 0));

    /** Connection ids of Katran and mvfst, versions 1 to 3. */
    public static final QuicConfig KATRAN = new QuicConfig(Scheme.KATRAN, Collections.nCopies(ROTATIONS, 0));

    public QuicConfig {
        idLengths = List.copyOf(idLengths);
        if (idLengths.size() != ROTATIONS) {
            throw new IllegalArgumentException("not " + ROTATIONS + " lengths: " + idLengths);
        }
        for (int length : idLengths) {
            if (length < 0 || length > MAX_ID_LENGTH) {
                throw new IllegalArgumentException("a server id has 1 to " + MAX_ID_LENGTH + " bytes, not " + length);
            }
        }
    }

    /** The values of {@code enum quic_scheme}. */
    public enum Scheme {
        NONE,
        /** draft-ietf-quic-load-balancers, the plaintext algorithm. */
        QUIC_LB,
        KATRAN
    }

    /** QUIC-LB with these lengths by rotation. */
    public static QuicConfig quicLb(Map<Integer, Integer> lengths) {
        List<Integer> all = new ArrayList<>();
        for (int rotation = 0; rotation < ROTATIONS; rotation++) {
            all.add(lengths.getOrDefault(rotation, 0));
        }
        return new QuicConfig(Scheme.QUIC_LB, all);
    }

    @SuppressWarnings("EnumOrdinal") // the order is the contract with the program
    public byte[] encode() {
        byte[] bytes = new byte[LENGTH];
        bytes[0] = (byte) scheme.ordinal();
        for (int rotation = 0; rotation < ROTATIONS; rotation++) {
            bytes[1 + rotation] = idLengths.get(rotation).byteValue();
        }
        return bytes;
    }

    public static QuicConfig decode(byte[] bytes) {
        List<Integer> lengths = new ArrayList<>();
        for (int rotation = 0; rotation < ROTATIONS; rotation++) {
            lengths.add((int) bytes[1 + rotation]);
        }
        return new QuicConfig(Scheme.values()[bytes[0]], lengths);
    }
}
