// SPDX-License-Identifier: Apache-2.0
package dev.thresher.config;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Reads the VIPs, which are told apart by address, port and protocol. */
final class VipReader {
    private final ErrorLog errors;
    private final Optional<Set<String>> poolNames;
    private final Map<String, Pool> pools;
    private final List<Located<IpPrefix>> addresses;
    private final Map<VipKey, Location> seen = new HashMap<>();

    /**
     * @param poolNames the names of all pools, sound or not; nothing if they are not known
     * @param pools those that are sound
     * @param addresses gets every VIP's addresses, for the checks across sections
     */
    VipReader(ErrorLog errors, Optional<Set<String>> poolNames, List<Pool> pools, List<Located<IpPrefix>> addresses) {
        this.errors = errors;
        this.poolNames = poolNames;
        this.pools = pools.stream().collect(Collectors.toMap(Pool::name, pool -> pool));
        this.addresses = addresses;
    }

    List<Vip> read(List<SectionReader> sections) {
        List<Vip> vips = new ArrayList<>();
        sections.forEach(section -> vips.addAll(read(section)));
        return vips;
    }

    /** The VIPs of one section, one for each protocol; none after an error. */
    private List<Vip> read(SectionReader section) {
        int before = errors.count();
        Optional<IpPrefix> address = section.seek(Schema.VIP_ADDRESS);
        Optional<Integer> port = section.seek(Schema.VIP_PORT);
        Schema.VipProtocol protocol = section.get(Schema.VIP_PROTOCOL);
        boolean tracked = section.get(Schema.VIP_FLOWS) == Schema.FlowTracking.TRACKED;
        VipHash hash = hash(section, port);
        Optional<String> name = section.seek(Schema.VIP_POOL);
        if (name.isPresent() && poolNames.isPresent() && !poolNames.get().contains(name.get())) {
            section.complain(Schema.VIP_POOL, noSuchPool(name.get(), poolNames.get()));
        }
        Optional<Pool> pool = name.flatMap(this::soundPool);
        Failover failover = failover(section, name);
        Optional<QuicRouting> quic = quic(section, protocol, pool);
        List<SourceRoute> routes = new SourceRouteReader(address, pool)
                .read(section.listed(Schema.SOURCE_ROUTES, Schema.SOURCE_ROUTE, null));
        Map<InetAddress, MemberOverride> members = members(section, name, failover);
        address.ifPresent(value -> addresses.add(
                new Located<>(value, section.location(Schema.VIP_ADDRESS), section.path(Schema.VIP_ADDRESS))));
        if (address.isEmpty() || port.isEmpty() || name.isEmpty()) {
            return List.of();
        }
        List<VipKey> keys = protocol.protocols().stream()
                .map(each -> new VipKey(address.get(), port.get(), each))
                .toList();
        checkKeys(section, keys, pool);
        checkFallbacks(section, keys.get(0), failover.fallbacks());
        return errors.count() > before
                ? List.of()
                : keys.stream()
                        .map(key ->
                                new Vip(key, name.get(), tracked, hash, quic.orElse(null), routes, failover, members))
                        .toList();
    }

    private Failover failover(SectionReader section, Optional<String> pool) {
        List<String> fallbacks = section.seek(PolicyKeys.FALLBACK).orElse(List.of());
        for (String fallback : fallbacks) {
            if (poolNames.isPresent() && !poolNames.get().contains(fallback)) {
                section.complain(PolicyKeys.FALLBACK, noSuchPool(fallback, poolNames.get()));
            } else if (pool.isPresent() && pool.get().equals(fallback)) {
                section.complain(PolicyKeys.FALLBACK, "pool " + fallback + " cannot be its own fallback");
            }
        }
        return new Failover(fallbacks, section.get(PolicyKeys.DEAD_FLOWS));
    }

    private Map<InetAddress, MemberOverride> members(SectionReader section, Optional<String> pool, Failover failover) {
        List<String> names = new ArrayList<>(failover.fallbacks());
        pool.ifPresent(name -> names.add(0, name));
        List<Pool> sound =
                names.stream().flatMap(name -> soundPool(name).stream()).toList();
        return new MemberReader(errors, sound, pool.isPresent() && sound.size() == names.size()).read(section);
    }

    private Optional<Pool> soundPool(String name) {
        return Optional.ofNullable(pools.get(name));
    }

    private static VipHash hash(SectionReader section, Optional<Integer> port) {
        VipHash hash = section.get(Schema.VIP_HASH);
        if (hash == VipHash.DESTINATION_PORT && port.isPresent() && port.get() != 0) {
            section.complain(
                    Schema.VIP_HASH,
                    "destination-port would send all clients of port " + port.get()
                            + " to one real; it is for VIPs with port = any");
        }
        return hash;
    }

    private Optional<QuicRouting> quic(SectionReader section, Schema.VipProtocol protocol, Optional<Pool> pool) {
        if (!section.has(Schema.QUIC_SECTION)) {
            return Optional.empty();
        }
        if (protocol != Schema.VipProtocol.UDP) {
            section.complain(
                    Schema.QUIC_SECTION,
                    "QUIC runs over UDP, and the protocol of this VIP is " + section.quote(Schema.VIP_PROTOCOL)
                            + (protocol == Schema.VipProtocol.BOTH ? "; write one VIP for tcp and one for udp" : ""));
        }
        Optional<QuicRouting> quic =
                section.section(Schema.QUIC_SECTION, Schema.QUIC).flatMap(new QuicReader(errors)::read);
        if (quic.isPresent() && pool.isPresent()) {
            PoolFit.serverIds(quic.get(), pool.get())
                    .ifPresent(complaint -> section.complain(Schema.QUIC_SECTION, complaint));
        }
        return quic;
    }

    private void checkKeys(SectionReader section, List<VipKey> keys, Optional<Pool> pool) {
        for (VipKey key : keys) {
            Location first = seen.putIfAbsent(key, section.location(Schema.VIP_ADDRESS));
            if (first != null) {
                section.complain(Schema.VIP_ADDRESS, "VIP " + key + " is there twice; it is also at " + first);
            }
        }
        pool.flatMap(value -> PoolFit.family(keys.get(0), value).or(() -> PoolFit.probePort(keys.get(0), value)))
                .ifPresent(complaint -> section.complain(Schema.VIP_POOL, complaint));
    }

    private void checkFallbacks(SectionReader section, VipKey key, List<String> fallbacks) {
        fallbacks.forEach(name -> soundPool(name)
                .flatMap(pool -> PoolFit.family(key, pool))
                .ifPresent(complaint -> section.complain(PolicyKeys.FALLBACK, complaint)));
    }

    private static String noSuchPool(String name, Set<String> pools) {
        String complaint = "\"" + name + "\" is not a pool";
        if (pools.isEmpty()) {
            return complaint + "; there are none";
        }
        String hint = Spelling.hint(name, pools);
        return complaint + (hint.isEmpty() ? "; there are " + String.join(", ", new TreeSet<>(pools)) : hint);
    }
}
