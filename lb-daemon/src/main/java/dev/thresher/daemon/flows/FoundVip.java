// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.flows;

import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** The VIP that a packet is for: the Java twin of {@code vip_of} in {@code lib/lookup.h}. */
record FoundVip(VipKey key, VipRecord record) {
    /** An exact port goes before any port, one address before a prefix, and a long prefix before a short one. */
    private static final Comparator<VipKey> ORDER = Comparator.<VipKey, Boolean>comparing(key -> key.port() == 0)
            .thenComparing(Comparator.comparing(VipKey::prefixLength).reversed());

    /** For a packet to {@code destination}, one address and a port of its own. */
    static Optional<FoundVip> of(VipKey destination, Map<VipKey, VipRecord> vips) {
        return vips.entrySet().stream()
                .filter(vip -> vip.getKey().covers(destination))
                .min(Map.Entry.comparingByKey(ORDER))
                .map(vip -> new FoundVip(vip.getKey(), vip.getValue()));
    }
}
