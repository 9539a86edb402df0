// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/**
 * An address prefix.
 *
 * @param address the first address: every bit past the length is zero
 * @param length bits, 0 to 32 (IPv4) or 128 (IPv6)
 */
public record IpPrefix(InetAddress address, int length) {
    public IpPrefix {
        Require.inRange("the length of a prefix", length, 0, bits(address));
        InetAddress first = first(address, length);
        Require.that(
                first.equals(address),
                IpText.format(address) + "/" + length + " has bits set past its length; the prefix is \""
                        + IpText.format(first) + "/" + length + "\"");
    }

    /** The prefix of full length, which holds just this address. */
    public static IpPrefix of(InetAddress address) {
        return new IpPrefix(address, bits(address));
    }

    /** The prefix of a length that an address begins with; nothing if the address has fewer bits. */
    static Optional<IpPrefix> around(InetAddress address, int length) {
        return length > bits(address) ? Optional.empty() : Optional.of(new IpPrefix(first(address, length), length));
    }

    private static int bits(InetAddress address) {
        return (address instanceof Inet4Address ? 4 : 16) * Byte.SIZE;
    }

    private static InetAddress first(InetAddress address, int length) {
        byte[] octets = address.getAddress();
        for (int bit = length; bit < octets.length * Byte.SIZE; bit++) {
            octets[bit / Byte.SIZE] &= (byte) ~(0x80 >> (bit % Byte.SIZE));
        }
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + octets.length + " bytes", e);
        }
    }

    /**
     * Reads {@code 172.16.0.0/16} or {@code 100::/64}.
     *
     * @throws IllegalArgumentException if the text is anything else, or if bits past the length are set
     */
    public static IpPrefix parse(String text) {
        int slash = text.indexOf('/');
        Require.that(
                slash > 0 && text.substring(slash + 1).matches("\\d{1,3}"),
                "\"" + text + "\" is not an address prefix such as \"172.16.0.0/16\" or \"100::/64\"");
        return new IpPrefix(IpText.parse(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
    }

    /**
     * Reads an address, which stands for the prefix of full length, or a prefix.
     *
     * @throws IllegalArgumentException as {@link #parse} and {@link IpText#parse} do
     */
    public static IpPrefix parseAddressOrPrefix(String text) {
        return text.indexOf('/') < 0 ? of(IpText.parse(text)) : parse(text);
    }

    /** Whether an address, of the same family, begins with this prefix. */
    public boolean contains(InetAddress other) {
        byte[] mine = address.getAddress();
        byte[] theirs = other.getAddress();
        if (mine.length != theirs.length) {
            return false;
        }
        for (int bit = 0; bit < length; bit++) {
            if (((mine[bit / 8] ^ theirs[bit / 8]) & (0x80 >> (bit % 8))) != 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether an address is in both. */
    public boolean overlaps(IpPrefix other) {
        return contains(other.address) || other.contains(address);
    }

    /** Whether the prefix holds one address only. */
    public boolean isAddress() {
        return length == bits(address);
    }

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    /** {@code 172.16.0.0/16}. */
    @Override
    public String toString() {
        return IpText.format(address) + "/" + length;
    }
}
