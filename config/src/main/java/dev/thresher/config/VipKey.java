// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What tells one VIP from another.
 *
 * @param prefix the addresses that clients connect to; of full length for a VIP of one address
 * @param port 0 to 65535; 0 stands for every port that no other VIP of these addresses and this protocol names
 * @param protocol the transport protocol
 */
public record VipKey(IpPrefix prefix, int port, Protocol protocol) {
    /** How port 0 is written. */
    public static final String ANY_PORT = "any";

    private static final Pattern TEXT =
            Pattern.compile("(?:\\[([^\\[\\]]*:[^\\[\\]]*)]|([^:]+)):(\\d{1,5}|" + ANY_PORT + ")/(tcp|udp)");

    public VipKey {
        Require.inRange("the port of a VIP", port, 0, 65_535);
    }

    /** A VIP of one address. */
    public VipKey(InetAddress address, int port, Protocol protocol) {
        this(IpPrefix.of(address), port, protocol);
    }

    /** A VIP of the addresses that have so many bits in common with this one. */
    public VipKey(InetAddress network, int prefixLength, int port, Protocol protocol) {
        this(new IpPrefix(network, prefixLength), port, protocol);
    }

    /**
     * Reads what {@link #toString} writes, such as {@code 203.0.113.10:80/tcp}, {@code 203.0.113.0/24:any/udp} or
     * {@code [2001:db8::1]:80/tcp}.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static VipKey parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        Require.that(
                matcher.matches(),
                "\"" + text + "\" is not a VIP such as \"203.0.113.10:80/tcp\" or \"[2001:db8::1]:80/tcp\"");
        String address = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        String port = matcher.group(3);
        return new VipKey(
                IpPrefix.parseAddressOrPrefix(address),
                port.equals(ANY_PORT) ? 0 : Integer.parseInt(port),
                Protocol.valueOf(matcher.group(4).toUpperCase(Locale.ROOT)));
    }

    /** The address; the first one if the VIP has a prefix of many. */
    public InetAddress address() {
        return prefix.address();
    }

    /** Bits of the address that count: 32 or 128 if the VIP is one address. */
    public int prefixLength() {
        return prefix.length();
    }

    public boolean isIpv4() {
        return prefix.isIpv4();
    }

    /** Whether the VIP is more than one address. */
    public boolean isPrefix() {
        return !prefix.isAddress();
    }

    /** Could a packet to that address, port and protocol be for this VIP? Another one may suit it better. */
    public boolean covers(VipKey destination) {
        return protocol == destination.protocol
                && (port == 0 || port == destination.port)
                && prefix.contains(destination.address());
    }

    /** {@code 203.0.113.10:80/tcp}, {@code 203.0.113.0/24:any/tcp}, {@code [2001:db8::1]:80/tcp}. */
    @Override
    public String toString() {
        String host = prefix.isAddress() ? IpText.format(address()) : prefix.toString();
        return (isIpv4() ? host : "[" + host + "]") + ":" + (port == 0 ? ANY_PORT : port) + "/" + protocol;
    }
}
