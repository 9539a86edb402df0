// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a pool can serve a VIP in the way that the VIP asks for. Complaints are for people, and do not name the VIP. */
final class PoolFit {
    private PoolFit() {}

    /** The first thing that keeps the pool from serving the VIP. */
    static Optional<String> complaint(Vip vip, Pool pool) {
        QuicRouting quic = vip.quic();
        return family(vip.key(), pool)
                .or(() -> probePort(vip.key(), pool))
                .or(() -> quic == null ? Optional.empty() : serverIds(quic, pool))
                .or(() -> vip.sourceRoutes().stream()
                        .flatMap(route -> route(route, pool).stream())
                        .findFirst());
    }

    /** Without an outer header there is nothing that could carry one family over the other. */
    static Optional<String> family(VipKey vip, Pool pool) {
        if (pool.encapsulation().kind() != Encapsulation.Kind.L2) {
            return Optional.empty();
        }
        return pool.reals().stream()
                .filter(real -> (real.address() instanceof Inet4Address) != vip.isIpv4())
                .map(real -> "pool " + pool.name() + " is reached by l2, without an outer header, so its real "
                        + IpText.format(real.address()) + " cannot get packets of an "
                        + (vip.isIpv4() ? "IPv4" : "IPv6")
                        + " VIP; use ipip or gue, or real servers of the VIP's family")
                .findFirst();
    }

    /** A probe needs one port to go to. */
    static Optional<String> probePort(VipKey vip, Pool pool) {
        ProbeKind kind = pool.check().kind();
        boolean portless = kind instanceof ProbeKind.None || kind instanceof ProbeKind.Icmp;
        return portless || kind.port() != ProbeKind.VIP_PORT || vip.port() != 0
                ? Optional.empty()
                : Optional.of("a VIP of any port gives the health check of pool " + pool.name()
                        + " no port to go to; set " + HealthCheckKeys.PORT.name() + " in that check");
    }

    /** What a VIP says of a real is about one of its own. */
    static Optional<String> member(InetAddress real, List<Pool> pools) {
        return pools.stream().anyMatch(pool -> pool.real(real).isPresent())
                ? Optional.empty()
                : Optional.of("real " + IpText.format(real) + " is in no pool of this VIP: "
                        + pools.stream().map(Pool::name).collect(Collectors.joining(", ")));
    }

    static Optional<String> route(SourceRoute route, Pool pool) {
        return pool.real(route.real()).isPresent()
                ? Optional.empty()
                : Optional.of("real " + IpText.format(route.real()) + " is not in the VIP's pool, " + pool.name()
                        + "; add it there, with weight 0 if it shall get no other clients");
    }

    /** Every id can stand in a connection ID, names one real, and every config has a real that uses it. */
    static Optional<String> serverIds(QuicRouting quic, Pool pool) {
        for (Real real : pool.reals()) {
            for (ServerId id : real.serverIds()) {
                if (!quic.carries(id)) {
                    return Optional.of("real " + IpText.format(real.address()) + " of pool " + pool.name()
                            + " has server id " + id + ", " + bytes(id.length()) + ", but a server id has "
                            + lengths(quic));
                }
            }
        }
        return quic.scheme() == QuicRouting.Scheme.KATRAN ? katranNumbers(pool) : unusedConfig(quic, pool);
    }

    private static Optional<String> unusedConfig(QuicRouting quic, Pool pool) {
        return quic.serverIdLengths().entrySet().stream()
                .filter(config -> pool.reals().stream()
                        .flatMap(real -> real.serverIds().stream())
                        .noneMatch(id -> id.length() == config.getValue()))
                .map(config -> "no real of pool " + pool.name() + " has a server-id of " + bytes(config.getValue())
                        + ", as config " + config.getKey() + " asks for")
                .findFirst();
    }

    /** Katran's ids are numbers, and 0 is none. */
    private static Optional<String> katranNumbers(Pool pool) {
        Map<BigInteger, ServerId> seen = new HashMap<>();
        for (Real real : pool.reals()) {
            for (ServerId id : real.serverIds()) {
                if (id.number().signum() == 0) {
                    return Optional.of("real " + IpText.format(real.address()) + " of pool " + pool.name()
                            + " has server id " + id + ", but Katran's ids begin at 1");
                }
                ServerId same = seen.putIfAbsent(id.number(), id);
                if (same != null) {
                    return Optional.of("pool " + pool.name() + " has the server ids " + same + " and " + id
                            + ", which are the same number, and so the same to Katran");
                }
            }
        }
        return seen.isEmpty() ? Optional.of("no real of pool " + pool.name() + " has a server-id") : Optional.empty();
    }

    private static String lengths(QuicRouting quic) {
        if (quic.scheme() == QuicRouting.Scheme.KATRAN) {
            return "at most " + bytes(QuicRouting.MAX_KATRAN_LENGTH) + " with katran";
        }
        return quic.serverIdLengths().entrySet().stream()
                .map(config -> bytes(config.getValue()) + " in config " + config.getKey())
                .reduce((a, b) -> a + ", " + b)
                .orElseThrow();
    }

    private static String bytes(int count) {
        return count == 1 ? "1 byte" : count + " bytes";
    }
}
