// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.layout.Counter;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the maps of the program at work to those of one that was loaded to take its place: what the two do not share is
 * copied. VIPs, members and what names them come first, and may be changed then; flows and counters, which the program at
 * work goes on writing, come when it is replaced. Ids stay, but for those that are too large for maps that shrink.
 */
final class Migration implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

    /** Member 0 does not exist. */
    private static final int NOBODY = 0;

    private final Map<LbMap, BpfMap> from;
    private final LoadedMaps to;
    private final Set<LbMap> shared;
    private final Runnable release;

    private final FlowsAndCounters moving;

    private final IdRenaming memberIds;
    private final IdRenaming vipIds;

    /**
     * Copies VIPs, members and what names them.
     *
     * @param from all maps of the program at work
     * @param shared those that {@code to} has too
     * @param release gives {@code from} back
     */
    Migration(Map<LbMap, BpfMap> from, LoadedMaps to, Set<LbMap> shared, Runnable release) {
        this.from = from;
        this.to = to;
        this.shared = Set.copyOf(shared);
        this.release = release;
        this.moving = new FlowsAndCounters(from, to.all(), to.settings().ticks());
        Map<Integer, MemberRecord> records = MemberMap.read(from(LbMap.MEMBERS));
        Map<VipKey, VipRecord> vips = vips(from).read();
        memberIds = new IdRenaming(records.keySet(), 1, to.capacity().members());
        vipIds = new IdRenaming(
                vips.values().stream().map(VipRecord::id).toList(),
                0,
                to.capacity().vips());
        copyMembers(records);
        if (!isShared(LbMap.VIPS) || !isShared(LbMap.VIP_PREFIXES)) {
            to.vips().replace(renamed(vips));
        }
        copyEntries(LbMap.EGRESS);
        if (!memberIds.renames() && !vipIds.renames()) { // else who makes the wanted state writes these anew
            copyValues(LbMap.QUIC_CONFIGS);
            copyEntries(LbMap.QUIC_SERVERS);
            copyEntries(LbMap.SOURCE_ROUTES);
            shareTables();
        }
    }

    /** Do these maps hold ids that are too large for others? Then the others can share nothing that names ids. */
    static boolean renames(Map<LbMap, BpfMap> from, Capacity capacity) {
        return MemberMap.read(LbMap.MEMBERS.in(from)).keySet().stream().anyMatch(id -> id >= capacity.members())
                || vips(from).read().values().stream().anyMatch(vip -> vip.id() >= capacity.vips());
    }

    private void copyMembers(Map<Integer, MemberRecord> records) {
        if (isShared(LbMap.MEMBERS)) {
            return;
        }
        records.forEach((id, record) -> {
            int renamed = memberIds.of(id, NOBODY);
            if (renamed != NOBODY) {
                to.map(LbMap.MEMBERS)
                        .update(
                                Keys.of(renamed),
                                record.withVipId(vipIds.of(record.vipId(), record.vipId()))
                                        .encode());
            }
        });
    }

    private Map<VipKey, VipRecord> renamed(Map<VipKey, VipRecord> vips) {
        Map<VipKey, VipRecord> renamed = new LinkedHashMap<>();
        vips.forEach((key, vip) -> {
            int id = vipIds.of(vip.id(), -1);
            if (id >= 0) {
                renamed.put(key, new VipRecord(id, vip.tracked(), vip.hash(), vip.quic(), vip.sourceRoutes()));
            }
        });
        return renamed;
    }

    private void copyEntries(LbMap map) {
        if (!isShared(map)) {
            from(map).forEach((key, value) -> to.map(map).update(key, value));
        }
    }

    /** Of an array: those that are not all zeroes, as far as the other reaches. */
    private void copyValues(LbMap map) {
        if (!isShared(map)) {
            int count =
                    Math.min(from(map).info().maxEntries(), to.map(map).info().maxEntries());
            Values.visit(from(map), count, (index, value) -> to.map(map).update(Keys.of(index), value));
        }
    }

    private void shareTables() {
        if (!isShared(LbMap.TABLES)) {
            InnerMaps.share(from(LbMap.TABLES), to.map(LbMap.TABLES));
        }
    }

    /** Does the program at work write flows or counters of members that the other one will not find in its own maps? */
    boolean leavesSomething() {
        return !isShared(LbMap.FLOWS) || !isShared(LbMap.FRAGMENTS) || !isShared(LbMap.MEMBER_STATS);
    }

    /** Copies counters and flows, while the program at work goes on writing them. */
    void copy(long nowTicks) {
        FlowTransfer.Result flows = moving.copy(nowTicks);
        to.flows().growFrom(from(LbMap.FLOWS).info().maxEntries());
        copyVipStats();
        copyGlobalCounters();
        if (!isShared(LbMap.FLOWS)) {
            LOG.info(
                    "Carried {} flows over to a connection table of another size or version; {} found no room",
                    flows.carried(),
                    flows.lost());
        }
    }

    /**
     * Replaces the program. What the members' counters say is right again once this has returned.
     *
     * @param replace has the new program take the place of the old one; no packet meets the old one once it has returned
     */
    <E extends Exception> void replace(Replacement<E> replace) throws E {
        moving.openAccount();
        replace.run();
        moving.settleAccount();
    }

    /** Adds the flows that were written after they had been copied. */
    void copyRest(long nowTicks) {
        moving.copyRest(nowTicks);
    }

    /** The step between two programs. */
    @FunctionalInterface
    interface Replacement<E extends Exception> {
        void run() throws E;
    }

    /**
     * The program at work will enter no flow for these members any more: their flows go. Where it has other members than the
     * new one, the new one's ids are nothing to it.
     */
    void forget(BitSet ids) {
        if (isShared(LbMap.MEMBERS) && !isShared(LbMap.FLOWS)) {
            try (FlowTable flows = LoadedMaps.table(from(LbMap.FLOWS))) {
                flows.purge(ids);
            }
        }
    }

    private void copyVipStats() {
        if (!isShared(LbMap.VIP_STATS)) {
            Values.visit(from(LbMap.VIP_STATS), from(LbMap.VIP_STATS).info().maxEntries(), (id, value) -> {
                int renamed = vipIds.of(id, -1);
                if (renamed >= 0) {
                    to.map(LbMap.VIP_STATS)
                            .update(
                                    Keys.of(renamed),
                                    Values.fit(value, from(LbMap.VIP_STATS), to.map(LbMap.VIP_STATS)));
                }
            });
        }
    }

    /** Another version may have more reasons to drop packets, in the middle, and more counters, at the end. */
    private void copyGlobalCounters() {
        if (isShared(LbMap.COUNTERS)) {
            return;
        }
        int first = Counter.dropReasons().get(0).index();
        int reasons = dropReasons(from(LbMap.VIP_STATS));
        int reasonsNow = dropReasons(to.map(LbMap.VIP_STATS));
        int count = to.map(LbMap.COUNTERS).info().maxEntries();
        Values.visit(from(LbMap.COUNTERS), from(LbMap.COUNTERS).info().maxEntries(), (index, value) -> {
            boolean isLater = index >= first + reasons;
            int moved = isLater ? index - reasons + reasonsNow : index;
            if (moved < count && (isLater || moved < first + reasonsNow)) {
                to.map(LbMap.COUNTERS).update(Keys.of(moved), value);
            }
        });
    }

    private static int dropReasons(BpfMap vipStats) {
        return vipStats.info().valueSize() / Long.BYTES;
    }

    private static KernelVips vips(Map<LbMap, BpfMap> maps) {
        return new KernelVips(LbMap.VIPS.in(maps), LbMap.VIP_PREFIXES.in(maps), LbMap.FOREIGN.in(maps));
    }

    private boolean isShared(LbMap map) {
        return shared.contains(map);
    }

    private BpfMap from(LbMap map) {
        return map.in(from);
    }

    @Override
    public void close() {
        release.run();
    }
}
