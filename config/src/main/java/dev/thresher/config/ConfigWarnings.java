// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a configuration may say, but hardly means. */
public final class ConfigWarnings {
    private ConfigWarnings() {}

    /** Sentences that name the pool or the VIP; none if nothing is suspicious. */
    public static List<String> of(Config config) {
        List<String> warnings = new ArrayList<>();
        Set<String> used = config.vips().stream().map(Vip::pool).collect(Collectors.toSet());
        for (Pool pool : config.pools()) {
            if (!used.contains(pool.name())) {
                warnings.add("pool " + pool.name() + " serves no VIP");
            } else if (pool.reals().stream().noneMatch(Real::takesFlows)) {
                warnings.add("pool " + pool.name() + " takes no new flows: every real has weight 0, is drained or in "
                        + "maintenance");
            }
        }
        List<Vip> wide =
                config.vips().stream().filter(vip -> vip.key().isPrefix()).toList();
        for (Vip vip : config.vips()) {
            Stream.of(silentReals(config, vip), sameReals(wide, vip))
                    .flatMap(Optional::stream)
                    .forEach(warning -> warnings.add("VIP " + vip.key() + ": " + warning));
        }
        fixedSource(config).ifPresent(warnings::add);
        return warnings;
    }

    /** Their connections break when the client's address changes. */
    private static Optional<String> silentReals(Config config, Vip vip) {
        if (vip.quic() == null) {
            return Optional.empty();
        }
        Pool pool = config.poolOf(vip);
        List<String> silent = pool.reals().stream()
                .filter(real -> real.serverIds().isEmpty())
                .map(real -> IpText.format(real.address()))
                .toList();
        return silent.isEmpty()
                ? Optional.empty()
                : Optional.of("no QUIC connection ID leads to " + String.join(", ", silent)
                        + ", for want of a server-id in pool " + pool.name());
    }

    /** A narrower VIP that is served just as the wider one changes nothing. */
    private static Optional<String> sameReals(List<Vip> wide, Vip vip) {
        return wide.stream()
                .filter(wider -> !wider.key().equals(vip.key())
                        && wider.key().port() == vip.key().port()
                        && wider.key().covers(vip.key())
                        && wider.key().prefixLength() < vip.key().prefixLength()
                        && new Vip(
                                        wider.key(),
                                        vip.pool(),
                                        vip.tracked(),
                                        vip.hash(),
                                        vip.quic(),
                                        vip.sourceRoutes(),
                                        vip.failover(),
                                        vip.members())
                                .equals(wider))
                .findFirst()
                .map(wider -> "it is a part of VIP " + wider.key() + ", and served just as that is");
    }

    private static Optional<String> fixedSource(Config config) {
        EncapsulationSettings settings = config.encapsulation();
        boolean ipip =
                config.pools().stream().anyMatch(pool -> pool.encapsulation().equals(Encapsulation.IPIP));
        boolean fixed = Stream.of(
                        Optional.ofNullable(settings.sourceIpv4()), Optional.ofNullable(settings.sourceIpv6()))
                .anyMatch(prefix -> prefix.map(IpPrefix::isAddress).orElse(true));
        return ipip && fixed
                ? Optional.of(
                        "with one fixed outer source, network cards of real servers cannot spread the flows of an ipip "
                                + "pool over their queues; gue spreads them by the outer source port")
                : Optional.empty();
    }
}
