// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.control;

import dev.thresher.config.Config;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.nexthop.Resolution;
import dev.thresher.daemon.plan.VipPlan;
import dev.thresher.daemon.plan.VipPlan.MemberPlan;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Map.Entry;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the maps hold since the last change.
 *
 * @param config the configuration that is in force
 * @param targets what it asks for: what is probed, and for whom
 * @param plans what was asked of them, and why, by VIP
 * @param vipIds where to find each VIP's counters
 * @param memberIds the same for members
 * @param nextHops by real
 * @param doubts what is wrong with next hops that are used all the same, for people
 */
public record Published(
        Config config,
        Targets targets,
        Map<VipKey, VipPlan> plans,
        Map<VipKey, Integer> vipIds,
        Map<Member, Integer> memberIds,
        Map<InetAddress, Resolution> nextHops,
        Collection<String> doubts) {
    public Published {
        plans = Map.copyOf(plans);
        vipIds = Map.copyOf(vipIds);
        memberIds = Map.copyOf(memberIds);
        nextHops = Map.copyOf(nextHops);
        doubts = List.copyOf(doubts);
    }

    static Published nothing(Config config) {
        return new Published(config, new Targets(config), Map.of(), Map.of(), Map.of(), Map.of(), List.of());
    }

    /** The parts of a VIP's members by real server; none before the first change. */
    public Map<InetAddress, MemberPlan> members(VipKey vip) {
        VipPlan plan = plans.get(vip);
        return plan == null
                ? Map.of()
                : plan.members().stream().collect(Collectors.toMap(MemberPlan::real, Function.identity()));
    }

    /** One more than the largest id among {@code ids}. */
    public static int end(Map<?, Integer> ids) {
        return ids.entrySet().stream().mapToInt(Entry::getValue).max().orElse(-1) + 1;
    }
}
