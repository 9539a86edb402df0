// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.IpText;
import dev.thresher.config.Pool;
import dev.thresher.config.Real;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Ways to real servers that do not take every packet that an IPv6 client may insist on. It need not go below 1,280 bytes
 * (RFC 8200, section 5), whatever it is told: with an outer header around them, those are dropped.
 */
final class TightPaths {
    private static final int IPV6_LEAST_MTU = 1280;
    private static final int IPV4_HEADER = 20;
    private static final int IPV6_HEADER = 40;
    private static final int UDP_HEADER = 8;

    private TightPaths() {}

    /** One for each pool and MTU, in the order of the configuration. */
    static List<String> warnings(Config config, Map<InetAddress, Resolution> nextHops) {
        Set<String> serveIpv6 = new HashSet<>();
        config.vips().stream().filter(vip -> !vip.key().isIpv4()).forEach(vip -> {
            serveIpv6.add(vip.pool());
            serveIpv6.addAll(vip.failover().fallbacks());
        });
        List<String> warnings = new ArrayList<>();
        config.pools().stream()
                .filter(pool -> serveIpv6.contains(pool.name()))
                .forEach(pool -> addPool(warnings, pool, nextHops));
        return warnings;
    }

    private static void addPool(List<String> warnings, Pool pool, Map<InetAddress, Resolution> nextHops) {
        Map<Integer, List<InetAddress>> tight = new TreeMap<>();
        for (Real real : pool.reals()) {
            if (nextHops.get(real.address()) instanceof Resolved resolved
                    && resolved.mtu() != 0
                    && resolved.mtu() < needed(pool, real.address())) {
                tight.computeIfAbsent(resolved.mtu(), any -> new ArrayList<>()).add(real.address());
            }
        }
        tight.forEach((mtu, reals) -> warnings.add("pool " + pool.name() + " serves an IPv6 VIP, and the way to "
                + some(reals) + " takes packets of " + mtu + " bytes where it needs "
                + needed(pool, reals.get(0)) + ": what IPv6 clients send of up to " + IPV6_LEAST_MTU
                + " bytes may be dropped; raise the MTU of the interface or the route"));
    }

    private static int needed(Pool pool, InetAddress real) {
        int header = real instanceof Inet4Address ? IPV4_HEADER : IPV6_HEADER;
        return IPV6_LEAST_MTU
                + switch (pool.encapsulation().kind()) {
                    case IPIP -> header;
                    case GUE -> header + UDP_HEADER;
                    case L2 -> 0;
                };
    }

    private static String some(List<InetAddress> reals) {
        String first = IpText.format(reals.get(0));
        return reals.size() == 1 ? first : first + " and " + (reals.size() - 1) + " more";
    }
}
