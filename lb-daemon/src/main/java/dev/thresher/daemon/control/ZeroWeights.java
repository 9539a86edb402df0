// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Member;
import java.util.HashMap;
import java.util.Map;

/**
 * Since when real servers with weight 0 drain, on the clock of the health checker. A reload that leaves a weight at 0 does
 * not begin its drain anew.
 *
 * @param sinceNanos by member
 */
record ZeroWeights(Map<Member, Long> sinceNanos) {
    static final ZeroWeights NONE = new ZeroWeights(Map.of());

    ZeroWeights {
        sinceNanos = Map.copyOf(sinceNanos);
    }

    /** Those of another configuration that is in force from now on. */
    ZeroWeights in(Targets targets, long nowNanos) {
        Map<Member, Long> since = new HashMap<>();
        targets.forEach(use -> {
            if (use.real().weight() == 0) {
                Member member = memberOf(use);
                since.put(member, sinceNanos.getOrDefault(member, nowNanos));
            }
        });
        return new ZeroWeights(since);
    }

    /** Of a real server with weight 0. */
    long of(Targets.Use use) {
        Long since = sinceNanos.get(memberOf(use));
        if (since == null) {
            throw new IllegalStateException(memberOf(use) + " has a weight");
        }
        return since;
    }

    private static Member memberOf(Targets.Use use) {
        return new Member(use.vip().key(), use.real().address());
    }
}
