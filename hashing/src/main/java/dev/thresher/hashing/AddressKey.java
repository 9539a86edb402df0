// SPDX-License-Identifier: Apache-2.0
package dev.thresher.hashing;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;

/**
 * An address as the 16 bytes that identify a member everywhere: IPv6 as it is, IPv4 mapped ({@code ::ffff:a.b.c.d}),
 * in network order.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight bytes, big-endian
 */
public record AddressKey(long high, long low) implements Comparable<AddressKey> {
    /** Bytes of a key. */
    public static final int BYTES = 16;

    private static final long V4_MAPPED = 0xffff_0000_0000L;

    /** The key of an address of either family. */
    public static AddressKey of(InetAddress address) {
        byte[] bytes = address.getAddress();
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        if (bytes.length == BYTES) {
            return new AddressKey(buffer.getLong(), buffer.getLong());
        }
        return new AddressKey(0, V4_MAPPED | Integer.toUnsignedLong(buffer.getInt()));
    }

    /**
     * The key that these bytes spell.
     *
     * @throws IllegalArgumentException unless there are {@value #BYTES}
     */
    public static AddressKey ofBytes(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException(
                    "an address key has " + BYTES + " bytes (IPv4 is v4-mapped), not " + bytes.length);
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new AddressKey(buffer.getLong(), buffer.getLong());
    }

    /** The 16 bytes in network order. */
    public byte[] toBytes() {
        return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
    }

    /** Orders keys as their bytes, unsigned. */
    @Override
    public int compareTo(AddressKey other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    /** The address: {@code 10.0.0.2}, {@code 2001:db8::1}. */
    @Override
    public String toString() {
        try {
            return InetAddresses.toAddrString(InetAddress.getByAddress(toBytes()));
        } catch (UnknownHostException e) {
            throw new AssertionError("16 bytes are always an address", e);
        }
    }
}
