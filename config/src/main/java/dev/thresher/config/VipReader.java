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

/** Reads the VIPs, which are told apart by address, port and protocol. */
final class VipReader {
    private final Optional<Set<String>> pools;
    private final List<Located<InetAddress>> addresses;
    private final Map<VipKey, Location> seen = new HashMap<>();

    /**
     * @param pools the names of all pools, sound or not; nothing if they are not known
     * @param addresses gets every VIP's address, for the checks across sections
     */
    VipReader(Optional<Set<String>> pools, List<Located<InetAddress>> addresses) {
        this.pools = pools;
        this.addresses = addresses;
    }

    List<Vip> read(List<SectionReader> sections) {
        List<Vip> vips = new ArrayList<>();
        sections.forEach(section -> read(section).ifPresent(vips::add));
        return vips;
    }

    private Optional<Vip> read(SectionReader section) {
        Optional<InetAddress> address = section.seek(Schema.VIP_ADDRESS);
        Optional<Integer> port = section.seek(Schema.VIP_PORT);
        Protocol protocol = section.get(Schema.VIP_PROTOCOL);
        boolean tracked = section.get(Schema.VIP_FLOWS) == Schema.FlowTracking.TRACKED;
        Optional<String> pool = section.seek(Schema.VIP_POOL);
        if (pool.isPresent() && pools.isPresent() && !pools.get().contains(pool.get())) {
            section.complain(Schema.VIP_POOL, noSuchPool(pool.get(), pools.get()));
        }
        address.ifPresent(value -> addresses.add(
                new Located<>(value, section.location(Schema.VIP_ADDRESS), section.path(Schema.VIP_ADDRESS))));
        if (address.isEmpty() || port.isEmpty() || pool.isEmpty()) {
            return Optional.empty();
        }
        VipKey key = new VipKey(address.get(), port.get(), protocol);
        Location first = seen.putIfAbsent(key, section.location(Schema.VIP_ADDRESS));
        if (first != null) {
            section.complain(Schema.VIP_ADDRESS, "VIP " + key + " is there twice; it is also at " + first);
        }
        return Optional.of(new Vip(key, pool.get(), tracked));
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
