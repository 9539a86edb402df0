// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.google.common.io.BaseEncoding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** Bytes that the configuration gives as text, or in hexadecimal behind {@code 0x}. */
public final class Payload {
    /** What fits a datagram that no network has to fragment. */
    public static final int MAX_BYTES = 1200;

    private static final String HEX = "0x";

    private final String text;
    private final byte[] bytes;

    private Payload(String text, byte[] bytes) {
        this.text = text;
        this.bytes = bytes;
        Require.inRange("the length of a payload", bytes.length, 1, MAX_BYTES);
    }

    /**
     * Reads {@code ping} (in UTF-8) or {@code 0x0a0b}.
     *
     * @throws IllegalArgumentException if what stands behind {@code 0x} is not hexadecimal, or the length is not 1 to
     *     {@value #MAX_BYTES} bytes
     */
    public static Payload parse(String text) {
        if (!text.startsWith(HEX)) {
            return new Payload(text, text.getBytes(StandardCharsets.UTF_8));
        }
        String digits = text.substring(HEX.length()).toUpperCase(Locale.ROOT);
        Require.that(
                BaseEncoding.base16().canDecode(digits),
                "\"" + text + "\" is not pairs of hexadecimal digits behind 0x");
        return new Payload(text, BaseEncoding.base16().decode(digits));
    }

    /** A copy of the bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Payload payload && Arrays.equals(bytes, payload.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** As the configuration has it. */
    @Override
    public String toString() {
        return text;
    }
}
