// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.Optional;

/** The types of the keys that hold addresses and prefixes. */
final class AddressTypes {
    /** The word for the balancer's own address. */
    private static final String OWN = "own";

    private static final int MIN_IPV4 = 8;
    private static final int MIN_IPV6 = 32;
    private static final String LENGTHS = "/" + MIN_IPV4 + " to /32, /" + MIN_IPV6 + " to /128";

    private AddressTypes() {}

    static ValueType<InetAddress> unicast() {
        return ValueType.scalar("IP address", "unicast", text -> {
            InetAddress address = IpText.parse(text);
            requireUnicast(text, address);
            return address;
        });
    }

    /** What a VIP has; an address is a prefix of full length. */
    static ValueType<IpPrefix> unicastOrPrefix() {
        return ValueType.scalar("IP address or prefix", "unicast; " + LENGTHS, text -> {
            IpPrefix prefix = IpPrefix.parseAddressOrPrefix(text);
            check(prefix.length() >= shortest(prefix), text, "is too wide: " + LENGTHS);
            requireUnicast(text, prefix.address());
            return prefix;
        });
    }

    /** Clients' addresses. */
    static ValueType<IpPrefix> anyPrefix() {
        return ValueType.scalar("IP address or prefix", "any", IpPrefix::parseAddressOrPrefix);
    }

    /** An outer source; nothing stands for the balancer's own address. */
    static ValueType<Optional<IpPrefix>> ipv4Source() {
        return source("IPv4 prefix", MIN_IPV4, 32, true);
    }

    /** An outer source; nothing stands for the balancer's own address. */
    static ValueType<Optional<IpPrefix>> ipv6Source() {
        return source("IPv6 prefix", MIN_IPV6, 128, false);
    }

    private static ValueType<Optional<IpPrefix>> source(String name, int minLength, int bits, boolean ipv4) {
        String range = "/" + minLength + " to /" + bits;
        return ValueType.scalar(name, range + ", or " + OWN, text -> {
            if (text.equals(OWN)) {
                return Optional.empty();
            }
            IpPrefix prefix = IpPrefix.parse(text);
            check(prefix.isIpv4() == ipv4, text, "is not an " + name + ", which this key needs");
            check(prefix.length() >= minLength, text, "is too wide: " + range);
            requireUnicast(text, prefix.address());
            return Optional.of(prefix);
        });
    }

    private static int shortest(IpPrefix prefix) {
        return prefix.isIpv4() ? MIN_IPV4 : MIN_IPV6;
    }

    private static void requireUnicast(String text, InetAddress address) {
        IpText.notUnicast(address).ifPresent(kind -> {
            throw new IllegalArgumentException("\"" + text + "\" is " + kind + ", not a unicast address");
        });
    }

    private static void check(boolean holds, String text, String complaint) {
        Require.that(holds, "\"" + text + "\" " + complaint);
    }
}
