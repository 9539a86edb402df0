// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.reconcile.DesiredState;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;

/**
 * What the maps hold since the last change.
 *
 * @param config the configuration that is in force
 * @param state what was asked of them
 * @param vipIds where to find each VIP's counters
 * @param memberIds the same for members
 * @param nextHops by real
 * @param doubts what is wrong with next hops that are used all the same, for people
 */
public record Published(
        Config config,
        DesiredState state,
        Map<VipKey, Integer> vipIds,
        Map<Member, Integer> memberIds,
        Map<InetAddress, Resolution> nextHops,
        Collection<String> doubts) {
    public Published {
        vipIds = Map.copyOf(vipIds);
        memberIds = Map.copyOf(memberIds);
        nextHops = Map.copyOf(nextHops);
        doubts = List.copyOf(doubts);
    }

    static Published nothing(Config config) {
        return new Published(config, new DesiredState(List.of()), Map.of(), Map.of(), Map.of(), List.of());
    }

    /** By member: its weight in the VIP's table. */
    public Map<Member, Integer> effectiveWeights() {
        Map<Member, Integer> weights = new HashMap<>();
        for (DesiredState.DesiredVip vip : state.vips()) {
            vip.members()
                    .forEach(member -> weights.put(new Member(vip.key(), member.real()), member.effectiveWeight()));
        }
        return weights;
    }

    /** One more than the largest id among {@code ids}. */
    public static int end(Map<?, Integer> ids) {
        return ids.entrySet().stream().mapToInt(Entry::getValue).max().orElse(-1) + 1;
    }
}
