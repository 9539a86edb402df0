// SPDX-License-Identifier: Apache-2.0
package dev.thresher.bpf.layout;

import java.util.Arrays;
import java.util.HexFormat;

/** An Ethernet address. */
public final class MacAddress {
    /** Bytes of an address. */
    public static final int LENGTH = 6;

    private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

    private final byte[] bytes;

    private MacAddress(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a MAC address has 6 bytes, not " + bytes.length);
        }
        this.bytes = bytes;
    }

    /** Of text such as {@code 02:00:00:00:00:01}. */
    public static MacAddress parse(String text) {
        return new MacAddress(COLONS.parseHex(text));
    }

    public static MacAddress of(byte[] bytes) {
        return new MacAddress(bytes.clone());
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MacAddress mac && Arrays.equals(bytes, mac.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return COLONS.formatHex(bytes);
    }
}
