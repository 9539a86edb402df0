// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * An address prefix.
 *
 * @param address the first address: every bit past the length is zero
 * @param length bits, 0 to 32 (IPv4) or 128 (IPv6)
 */
public record IpPrefix(InetAddress address, int length) {
    public IpPrefix {
        byte[] octets = address.getAddress();
        Require.inRange("the length of a prefix", length, 0, octets.length * 8);
        for (int bit = length; bit < octets.length * 8; bit++) {
            Require.that(
                    (octets[bit / 8] & (0x80 >> (bit % 8))) == 0,
                    IpText.format(address) + "/" + length + " has bits set past its length");
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

    public boolean isIpv4() {
        return address instanceof Inet4Address;
    }

    /** {@code 172.16.0.0/16}. */
    @Override
    public String toString() {
        return IpText.format(address) + "/" + length;
    }
}
