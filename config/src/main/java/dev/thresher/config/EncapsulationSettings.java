// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import org.jspecify.annotations.Nullable;

/**
 * What outer headers have in common. Their source addresses are taken from prefixes: the bits past the prefix come from
 * the flow's hash, so that receivers spread flows over their queues; a prefix of full length means one fixed source.
 *
 * @param sourceIpv4 for reals with an IPv4 address; null for the balancer's own address on the interface
 * @param sourceIpv6 for reals with an IPv6 address; null for the balancer's own address on the interface
 * @param gueChecksum whether the outer UDP header of GUE over IPv6 has a checksum; without it is zero (RFC 6935)
 */
public record EncapsulationSettings(
        @Nullable IpPrefix sourceIpv4, @Nullable IpPrefix sourceIpv6, boolean gueChecksum) {
    public static final EncapsulationSettings DEFAULT =
            new EncapsulationSettings(IpPrefix.parse("172.16.0.0/16"), IpPrefix.parse("100::/64"), true);

    public EncapsulationSettings {
        Require.that(sourceIpv4 == null || sourceIpv4.isIpv4(), sourceIpv4 + " is not an IPv4 prefix");
        Require.that(sourceIpv6 == null || !sourceIpv6.isIpv4(), sourceIpv6 + " is not an IPv6 prefix");
    }

    /** With a checksum over IPv6. */
    public EncapsulationSettings(@Nullable IpPrefix sourceIpv4, @Nullable IpPrefix sourceIpv6) {
        this(sourceIpv4, sourceIpv6, true);
    }
}
