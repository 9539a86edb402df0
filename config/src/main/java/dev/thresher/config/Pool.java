// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Real servers that serve the same VIPs.
 *
 * @param name unique among the pools
 * @param reals no address twice and no server id twice; the order means nothing
 * @param check how they are probed
 * @param encapsulation how packets are wrapped for them
 * @param policy what their health means for traffic
 */
public record Pool(String name, List<Real> reals, HealthCheck check, Encapsulation encapsulation, PoolPolicy policy) {
    public Pool {
        reals = List.copyOf(reals);
        Set<InetAddress> seen = new HashSet<>();
        Set<ServerId> ids = new HashSet<>();
        for (Real real : reals) {
            Require.that(
                    seen.add(real.address()), "pool " + name + " has real " + IpText.format(real.address()) + " twice");
            real.serverIds()
                    .forEach(id -> Require.that(ids.add(id), "pool " + name + " has server id " + id + " twice"));
        }
    }

    /** The real with this address, if it is in the pool. */
    public Optional<Real> real(InetAddress address) {
        return reals.stream().filter(real -> real.address().equals(address)).findFirst();
    }

    /** A pool that is reached by {@link Encapsulation#IPIP}. */
    public Pool(String name, List<Real> reals, HealthCheck check) {
        this(name, reals, check, Encapsulation.IPIP);
    }

    /** A pool with the {@link PoolPolicy#DEFAULT} policy. */
    public Pool(String name, List<Real> reals, HealthCheck check, Encapsulation encapsulation) {
        this(name, reals, check, encapsulation, PoolPolicy.DEFAULT);
    }

    /** This pool with another policy. */
    public Pool with(PoolPolicy newPolicy) {
        return new Pool(name, reals, check, encapsulation, newPolicy);
    }
}
