// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the source routes of one VIP. */
final class SourceRouteReader {
    private final Optional<IpPrefix> vip;
    private final Optional<Pool> pool;
    private final Map<IpPrefix, Location> seen = new HashMap<>();

    /**
     * @param vip the VIP's addresses, if they are known
     * @param pool the VIP's pool, if it is sound
     */
    SourceRouteReader(Optional<IpPrefix> vip, Optional<Pool> pool) {
        this.vip = vip;
        this.pool = pool;
    }

    List<SourceRoute> read(List<SectionReader> sections) {
        List<SourceRoute> routes = new ArrayList<>();
        sections.forEach(section -> read(section).ifPresent(routes::add));
        return routes;
    }

    private Optional<SourceRoute> read(SectionReader section) {
        Optional<IpPrefix> prefix = section.seek(Schema.ROUTE_PREFIX);
        Optional<InetAddress> real = section.seek(Schema.ROUTE_REAL);
        prefix.ifPresent(value -> check(value, section));
        if (prefix.isEmpty() || real.isEmpty()) {
            return Optional.empty();
        }
        SourceRoute route = new SourceRoute(prefix.get(), real.get());
        pool.flatMap(value -> PoolFit.route(route, value))
                .ifPresent(complaint -> section.complain(Schema.ROUTE_REAL, complaint));
        return Optional.of(route);
    }

    private void check(IpPrefix prefix, SectionReader section) {
        Location first = seen.putIfAbsent(prefix, section.location(Schema.ROUTE_PREFIX));
        if (first != null) {
            section.complain(Schema.ROUTE_PREFIX, prefix + " is there twice; it is also at " + first);
        }
        if (vip.isPresent() && vip.get().isIpv4() != prefix.isIpv4()) {
            section.complain(
                    Schema.ROUTE_PREFIX,
                    section.quote(Schema.ROUTE_PREFIX) + " is of another family than the VIP, whose clients have "
                            + (vip.get().isIpv4() ? "IPv4" : "IPv6") + " addresses");
        }
    }
}
