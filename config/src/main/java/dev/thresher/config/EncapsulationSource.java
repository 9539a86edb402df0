// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.Inet4Address;
import java.net.Inet6Address;

/**
 * The prefixes that outer source addresses are taken from. The bits past the prefix come from the flow's hash, so that
 * receivers spread flows over their queues; a prefix of full length means one fixed source.
 *
 * @param ipv4 for reals with an IPv4 address
 * @param ipv6 for reals with an IPv6 address
 */
public record EncapsulationSource(IpPrefix ipv4, IpPrefix ipv6) {
    public static final EncapsulationSource DEFAULT =
            new EncapsulationSource(IpPrefix.parse("172.16.0.0/16"), IpPrefix.parse("100::/64"));

    public EncapsulationSource {
        Require.that(ipv4.address() instanceof Inet4Address, ipv4 + " is not an IPv4 prefix");
        Require.that(ipv6.address() instanceof Inet6Address, ipv6 + " is not an IPv6 prefix");
    }
}
