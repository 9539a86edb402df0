// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells one VIP from another.
 *
 * @param address the address that clients connect to, or the first one of a prefix
 * @param prefixLength bits of the address that count: all of them, 32 or 128, unless the VIP is a prefix
 * @param port 0 to 65535; 0 stands for every port that no other VIP of this address and protocol names
 * @param protocol the transport protocol
 */
public record VipKey(InetAddress address, int prefixLength, int port, Protocol protocol) {
    private static final Pattern TEXT = Pattern.compile("(?:\\[([^\\[\\]]*:[^\\[\\]]*)]|([^:]+)):(\\d{1,5})/(tcp|udp)");

    public VipKey {
        Require.inRange("the port of a VIP", port, 0, 65_535);
        Require.inRange("the prefix length of a VIP", prefixLength, 1, bitsOf(address));
        Require.that(
                hostBitsAreZero(address, prefixLength),
                IpText.format(address) + "/" + prefixLength + " has bits set behind its prefix");
    }

    /** A VIP of one address. */
    public VipKey(InetAddress address, int port, Protocol protocol) {
        this(address, bitsOf(address), port, protocol);
    }

    /**
     * Reads {@code 203.0.113.10:80/tcp}, {@code [2001:db8::1]:80/tcp} or, for a prefix, {@code 203.0.113.0/24:80/tcp} and
     * {@code [2001:db8::/64]:80/tcp}: what {@link #toString} writes.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static VipKey parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        Require.that(
                matcher.matches(),
                "\"" + text + "\" is not a VIP such as \"203.0.113.10:80/tcp\" or \"[2001:db8::1]:80/tcp\"");
        String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        int slash = host.indexOf('/');
        InetAddress address = IpText.parse(slash < 0 ? host : host.substring(0, slash));
        return new VipKey(
                address,
                slash < 0 ? bitsOf(address) : Integer.parseInt(host.substring(slash + 1)),
                Integer.parseInt(matcher.group(3)),
                Protocol.valueOf(matcher.group(4).toUpperCase(Locale.ROOT)));
    }

    /** Does it stand for more than one address? */
    public boolean isPrefix() {
        return prefixLength < bitsOf(address);
    }

    /** Could a packet to that address, port and protocol be for this VIP? Another one may suit it better. */
    public boolean covers(VipKey destination) {
        return protocol == destination.protocol
                && (port == 0 || port == destination.port)
                && bitsOf(address) == bitsOf(destination.address)
                && sharesPrefix(address, destination.address, prefixLength);
    }

    /** {@code 203.0.113.10:80/tcp}, {@code [2001:db8::1]:80/tcp} or {@code 203.0.113.0/24:80/tcp}. */
    @Override
    public String toString() {
        String host = IpText.format(address) + (isPrefix() ? "/" + prefixLength : "");
        return (address instanceof Inet6Address ? "[" + host + "]" : host) + ":" + port + "/" + protocol;
    }

    private static int bitsOf(InetAddress address) {
        return address.getAddress().length * Byte.SIZE;
    }

    /** Of two addresses of one family. */
    private static boolean sharesPrefix(InetAddress a, InetAddress b, int bits) {
        byte[] first = a.getAddress();
        byte[] second = b.getAddress();
        for (int bit = 0; bit < bits; bit++) {
            int mask = 0x80 >> bit % Byte.SIZE;
            if (((first[bit / Byte.SIZE] ^ second[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hostBitsAreZero(InetAddress address, int prefixLength) {
        byte[] bytes = address.getAddress();
        for (int bit = prefixLength; bit < bytes.length * Byte.SIZE; bit++) {
            if ((bytes[bit / Byte.SIZE] & 0x80 >> bit % Byte.SIZE) != 0) {
                return false;
            }
        }
        return true;
    }
}
