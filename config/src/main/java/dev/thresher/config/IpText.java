// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import com.google.common.net.InetAddresses;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Optional;

/** IP addresses as text, without ever asking DNS. */
public final class IpText {
    private IpText() {}

    /**
     * Reads an IPv4 address in four decimal parts or an IPv6 address (RFC 4291, section 2.2).
     *
     * @throws IllegalArgumentException for anything else: host names, zones ({@code fe80::1%eth0}), and IPv4 addresses in
     *     IPv6 clothes ({@code ::ffff:10.0.0.1}), which would give one address two names
     */
    public static InetAddress parse(String text) {
        Require.that(
                text.indexOf('%') < 0 && InetAddresses.isInetAddress(text),
                "\"" + text + "\" is not an IPv4 or IPv6 address");
        InetAddress address = InetAddresses.forString(text);
        if (address instanceof Inet4Address && text.indexOf(':') >= 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is an IPv4-mapped IPv6 address: write \"" + format(address) + "\"");
        }
        return address;
    }

    /** What keeps an address from being one host's own, such as {@code a multicast address}; nothing if it is unicast. */
    static Optional<String> notUnicast(InetAddress address) {
        if (address.isAnyLocalAddress()) {
            return Optional.of("the unspecified address");
        } else if (address.isLoopbackAddress()) {
            return Optional.of("a loopback address");
        } else if (address.isMulticastAddress()) {
            return Optional.of("a multicast address");
        } else if (address.isLinkLocalAddress()) {
            return Optional.of("a link-local address");
        }
        int first = address.getAddress()[0] & 0xff;
        boolean reserved =
                address instanceof Inet6Address v6 ? v6.isIPv4CompatibleAddress() : first == 0 || first >= 240;
        return reserved ? Optional.of("a reserved address") : Optional.empty();
    }

    /** The canonical text of an address; IPv6 as RFC 5952 has it. */
    public static String format(InetAddress address) {
        return InetAddresses.toAddrString(address);
    }
}
