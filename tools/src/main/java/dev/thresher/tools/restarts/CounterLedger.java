// SPDX-License-Identifier: Apache-2.0
package dev.thresher.tools.restarts;

import dev.thresher.api.v1.Counter;
import dev.thresher.api.v1.Member;
import dev.thresher.api.v1.State;
import dev.thresher.api.v1.Traffic;
import dev.thresher.api.v1.Vip;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The counters that a daemon has told, by name: whoever comes after it has to tell as much, or more. */
final class CounterLedger {
    private Map<String, Long> known = Map.of();

    /** Takes in what is told now. Answers the counters that have gone back, each in a line. */
    List<String> enter(State state, List<Counter> globals) {
        Map<String, Long> now = new TreeMap<>();
        globals.forEach(counter -> now.put(counter.getKind() + " " + counter.getName(), counter.getPackets()));
        for (Vip vip : state.getVipsList()) {
            if (Elsewhere.owns(vip)) {
                continue;
            }
            put(now, vip.getKey(), vip.getTraffic());
            now.put(vip.getKey() + " drops", vip.getDrops());
            for (Member member : vip.getMembersList()) {
                put(now, vip.getKey() + " " + member.getReal(), member.getTraffic());
            }
        }
        List<String> behind = new ArrayList<>();
        known.forEach((name, before) -> {
            long after = now.getOrDefault(name, 0L); // another version may not know it
            if (after < before) {
                behind.add(name + ": " + before + ", then " + after);
            }
        });
        known = now;
        return behind;
    }

    private static void put(Map<String, Long> counters, String name, Traffic traffic) {
        counters.put(name + " packets", traffic.getPackets());
        counters.put(name + " bytes", traffic.getBytes());
        counters.put(name + " new flows", traffic.getNewFlows());
    }
}
