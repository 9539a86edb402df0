// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Real servers that a reload has added to a VIP that was served before, and when, on the clock of the health checker: they
 * start slowly beside those that are warm. Those of a start, and of a VIP that is new, have nobody to be spared by.
 *
 * @param atNanos by member
 */
record Arrivals(Map<Member, Long> atNanos) {
    static final Arrivals NONE = new Arrivals(Map.of());

    Arrivals {
        atNanos = Map.copyOf(atNanos);
    }

    /** Those of a configuration that follows another from now on. */
    Arrivals after(Targets before, Targets next, long nowNanos) {
        Set<VipKey> vips = new HashSet<>();
        Set<Member> members = new HashSet<>();
        before.forEach(use -> {
            vips.add(use.vip().key());
            members.add(memberOf(use));
        });
        Map<Member, Long> arrivals = new HashMap<>();
        next.forEach(use -> {
            Member member = memberOf(use);
            Long known = atNanos.get(member);
            if (members.contains(member) && known != null) {
                arrivals.put(member, known);
            } else if (!members.contains(member) && vips.contains(member.vip())) {
                arrivals.put(member, nowNanos);
            }
        });
        return new Arrivals(arrivals);
    }

    /** When a real server was added; empty for one that was there from the start. */
    OptionalLong of(Targets.Use use) {
        Long at = atNanos.isEmpty() ? null : atNanos.get(memberOf(use));
        return at == null ? OptionalLong.empty() : OptionalLong.of(at);
    }

    private static Member memberOf(Targets.Use use) {
        return new Member(use.vip().key(), use.real().address());
    }
}
