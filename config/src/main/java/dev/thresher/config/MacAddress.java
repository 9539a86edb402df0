// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.regex.Pattern;

/**
 * An Ethernet address.
 *
 * @param bits the six octets, the first one sent in bits 47..40
 */
public record MacAddress(long bits) {
    private static final Pattern TEXT = Pattern.compile("[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}");
    private static final int OCTETS = 6;

    public MacAddress {
        Require.that(bits >>> 48 == 0, "an Ethernet address has 48 bits");
    }

    /**
     * Reads {@code 02:00:00:00:00:01}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static MacAddress parse(String text) {
        Require.that(
                TEXT.matcher(text).matches(),
                "\"" + text + "\" is not an Ethernet address such as \"02:00:00:00:00:01\"");
        return new MacAddress(Long.parseLong(text.replace(":", ""), 16));
    }

    /** The six octets in the order of the wire. */
    public byte[] toBytes() {
        byte[] octets = new byte[OCTETS];
        for (int i = 0; i < OCTETS; i++) {
            octets[i] = (byte) octet(i);
        }
        return octets;
    }

    /** Whether one host can own this address: neither all zeros nor a multicast or broadcast address. */
    public boolean isUnicast() {
        return bits != 0 && (octet(0) & 1) == 0;
    }

    private int octet(int index) {
        return (int) (bits >>> (8 * (OCTETS - 1 - index))) & 0xff;
    }

    /** {@code 02:00:00:00:00:01}. */
    @Override
    public String toString() {
        return "%02x:%02x:%02x:%02x:%02x:%02x".formatted(octet(0), octet(1), octet(2), octet(3), octet(4), octet(5));
    }
}
