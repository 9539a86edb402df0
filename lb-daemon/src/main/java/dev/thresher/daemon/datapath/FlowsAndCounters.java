// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.bpf.layout.VipMatch;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Flows and members' counters on their way from the maps of one program to those of the next. The first goes on writing
 * them until the second is at work; so they are copied before, and what came later comes after. That may be done again by a
 * start after a crash, and does no harm if it had been done already.
 */
final class FlowsAndCounters {
    private static final int NOBODY = 0;

    private final Map<LbMap, BpfMap> from;
    private final Map<LbMap, BpfMap> to;
    private final Ticks ticks;
    private final MovedCounters counters;

    /** A member, whatever its id. */
    private record Identity(VipMatch vip, InetAddress real) {
        static Identity of(MemberRecord record) {
            return new Identity(record.vip(), record.real());
        }
    }

    /** @param ticks the connection tables' clock */
    FlowsAndCounters(Map<LbMap, BpfMap> from, Map<LbMap, BpfMap> to, Ticks ticks) {
        this.from = from;
        this.to = to;
        this.ticks = ticks;
        this.counters = new MovedCounters(LbMap.MEMBER_STATS.in(from), LbMap.MEMBER_STATS.in(to));
    }

    /** Do the two programs write to the same map? */
    private boolean isShared(LbMap map) {
        return map.in(from).info().id() == map.in(to).info().id();
    }

    /** While the first program is at work. Answers what became of the connection table's flows. */
    FlowTransfer.Result copy(long nowTicks) {
        int[] ids = currentIds();
        if (!isShared(LbMap.MEMBER_STATS)) {
            counters.copy(ids);
        }
        transfer(LbMap.FRAGMENTS, ids, nowTicks);
        return transfer(LbMap.FLOWS, ids, nowTicks);
    }

    /** At the last moment before the second program is at work. From now on its counters are wrong, until the next step. */
    void openAccount() {
        if (!isShared(LbMap.MEMBER_STATS)) {
            counters.openAccount();
        }
    }

    /** Once no packet meets the first program any more. */
    void settleAccount() {
        if (!isShared(LbMap.MEMBER_STATS)) {
            counters.settleAccount();
        }
    }

    /** Then: the flows that the first program wrote after they were copied. */
    void copyRest(long nowTicks) {
        transfer(LbMap.FLOWS, currentIds(), nowTicks);
    }

    private FlowTransfer.Result transfer(LbMap map, int[] ids, long nowTicks) {
        if (isShared(map)) {
            return new FlowTransfer.Result(0, 0);
        }
        try (FlowTable old = LoadedMaps.table(map.in(from));
                FlowTable next = LoadedMaps.table(map.in(to))) {
            return new FlowTransfer(old, next, id -> id < ids.length ? ids[id] : NOBODY, ticks).run(nowTicks);
        }
    }

    /** By old id, the new one, or 0 where the member has gone and its id may be somebody else's. */
    private int[] currentIds() {
        Map<Identity, Integer> now = new HashMap<>();
        MemberMap.read(LbMap.MEMBERS.in(to)).forEach((id, record) -> now.put(Identity.of(record), id));
        int[] ids = new int[LbMap.MEMBERS.in(from).info().maxEntries()];
        MemberMap.read(LbMap.MEMBERS.in(from))
                .forEach((id, record) -> ids[id] = now.getOrDefault(Identity.of(record), NOBODY));
        return ids;
    }
}
