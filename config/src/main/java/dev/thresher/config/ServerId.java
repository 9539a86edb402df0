// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.math.BigInteger;
import java.util.HexFormat;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What a real server writes into the QUIC connection IDs that it chooses, so that packets find it by them.
 *
 * @param hex its bytes, 1 to 15, as lower-case hexadecimal digits
 */
public record ServerId(String hex) {
    /** QUIC-LB, section 3: at most 15 bytes. */
    public static final int MAX_LENGTH = 15;

    private static final Pattern TEXT = Pattern.compile("(?:[0-9a-fA-F]{2}){1," + MAX_LENGTH + "}");

    public ServerId {
        Require.that(
                TEXT.matcher(hex).matches(),
                "\"" + hex + "\" is not a server id such as \"0a1b2c3d\": 1 to " + MAX_LENGTH
                        + " bytes, two hexadecimal digits each");
        hex = hex.toLowerCase(Locale.ROOT);
    }

    /** Bytes. */
    public int length() {
        return hex.length() / 2;
    }

    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    /** The bytes as a number, the first one its highest: what Katran's connection IDs carry. */
    public BigInteger number() {
        return new BigInteger(hex, 16);
    }

    /** Its digits. */
    @Override
    public String toString() {
        return hex;
    }
}
