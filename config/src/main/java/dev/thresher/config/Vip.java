// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A service that clients reach at one address or prefix, port and protocol.
 *
 * @param key the VIP's identity
 * @param pool the name of the pool that serves it
 * @param tracked whether flows are kept in the connection table; a VIP without it goes by the Maglev table alone
 * @param hash what picks the real of a new flow
 * @param quic how connection IDs name reals, or null if they do not; for UDP only
 * @param sourceRoutes clients that go to a chosen real; no prefix twice
 * @param failover what it does about reals that are down
 * @param members what it wants of reals otherwise than its pools, by their addresses
 */
public record Vip(
        VipKey key,
        String pool,
        boolean tracked,
        VipHash hash,
        @Nullable QuicRouting quic,
        List<SourceRoute> sourceRoutes,
        Failover failover,
        Map<InetAddress, MemberOverride> members) {
    public Vip {
        members = Map.copyOf(members);
        Require.that(!failover.fallbacks().contains(pool), "pool " + pool + " is a fallback of itself in VIP " + key);
        Require.that(quic == null || key.protocol() == Protocol.UDP, "VIP " + key + " is not UDP, so it has no QUIC");
        sourceRoutes = List.copyOf(sourceRoutes);
        Set<IpPrefix> prefixes = new HashSet<>();
        for (SourceRoute route : sourceRoutes) {
            Require.that(
                    route.prefix().isIpv4() == key.isIpv4(),
                    "the source route of " + route.prefix() + " is of another family than VIP " + key);
            Require.that(prefixes.add(route.prefix()), "VIP " + key + " has two source routes of " + route.prefix());
        }
    }

    /** A VIP that picks reals by the 5-tuple alone. */
    public Vip(VipKey key, String pool, boolean tracked) {
        this(key, pool, tracked, VipHash.FIVE_TUPLE, null, List.of(), Failover.DEFAULT, Map.of());
    }

    /** This VIP with another hash. */
    public Vip with(VipHash newHash) {
        return new Vip(key, pool, tracked, newHash, quic, sourceRoutes, failover, members);
    }

    /** This VIP with QUIC connection IDs that name reals. */
    public Vip with(QuicRouting newQuic) {
        return new Vip(key, pool, tracked, hash, newQuic, sourceRoutes, failover, members);
    }

    /** This VIP with these source routes instead of its own. */
    public Vip with(List<SourceRoute> newSourceRoutes) {
        return new Vip(key, pool, tracked, hash, quic, newSourceRoutes, failover, members);
    }

    /** This VIP with something else to do about reals that are down. */
    public Vip with(Failover newFailover) {
        return new Vip(key, pool, tracked, hash, quic, sourceRoutes, newFailover, members);
    }

    /** This VIP with other wishes for its reals. */
    public Vip with(Map<InetAddress, MemberOverride> newMembers) {
        return new Vip(key, pool, tracked, hash, quic, sourceRoutes, failover, newMembers);
    }

    /** A real of one of its pools, as this VIP has it. */
    public Real own(Real real) {
        MemberOverride override = members.get(real.address());
        return override == null ? real : override.of(real);
    }
}
