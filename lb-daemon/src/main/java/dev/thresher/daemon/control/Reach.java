// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Encapsulation;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.nexthop.Resolution.Unresolved;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** Whether a next hop serves the packets of a pool. */
final class Reach {
    private Reach() {}

    /**
     * The next hop, or why it is none for this pool: without an outer header a packet still bears the VIP's address, and a
     * router would send it back to the balancer.
     */
    static @Nullable Resolution of(Pool pool, InetAddress real, @Nullable Resolution nextHop) {
        if (pool.encapsulation().kind() == Encapsulation.Kind.L2
                && nextHop instanceof Resolved resolved
                && !resolved.gateway().equals(real)) {
            return new Unresolved(
                    IpText.format(real) + " is behind the gateway " + IpText.format(resolved.gateway())
                            + ", and pool " + pool.name()
                            + " is reached by l2, which needs real servers on a segment of the balancer's",
                    true);
        }
        return nextHop;
    }
}
