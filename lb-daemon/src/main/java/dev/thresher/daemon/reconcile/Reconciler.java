// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Member;
import dev.thresher.config.Protocol;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.Datapath;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes the maps say what is wanted, by the fewest writes and in an order in which no packet meets a half-done change:
 * members before the tables that name them, tables before the VIPs that use them, and the other way round when something
 * goes. VIPs and members keep their ids for as long as they are wanted, whatever else changes. One thread owns it.
 */
public final class Reconciler {
    private static final Comparator<InetAddress> BY_ADDRESS =
            (a, b) -> java.util.Arrays.compareUnsigned(Addresses.encode(a), Addresses.encode(b));

    /** Tables are big: so many at once bound the memory that a change of everything takes. */
    private static final int TABLES_AT_ONCE = 64;

    private final Datapath datapath;
    private final TableBuilder tableBuilder;
    private final IdPool vipIds;
    private final IdPool memberIds;
    private final Map<VipKey, AppliedVip> vips = new HashMap<>();
    private final Map<Integer, MemberRecord> records = new HashMap<>();

    /** Begins with what the maps hold. */
    public Reconciler(Datapath datapath, TableBuilder tableBuilder) {
        this.datapath = datapath;
        this.tableBuilder = tableBuilder;
        this.vipIds = new IdPool("VIPs", 0, datapath.vipCapacity());
        this.memberIds = new IdPool("members", 1, datapath.memberCapacity());
        adopt();
    }

    /** States that the maps held at the start, for beginning with the health that was found. */
    public Map<Member, MemberState> memberStates() {
        Map<Member, MemberState> states = new HashMap<>();
        records.values().forEach(record -> states.put(new Member(vipOf(record), record.real()), record.state()));
        return states;
    }

    /** Next hops of the members that serve, as the maps have them: usable until better is known. */
    public Map<InetAddress, MacAddress> nextHops() {
        Map<InetAddress, MacAddress> nextHops = new HashMap<>();
        records.values().stream()
                .filter(record -> record.state() != MemberState.DOWN)
                .forEach(record -> nextHops.put(record.real(), record.nextHop().destination()));
        return nextHops;
    }

    /** The id of each member that is in the maps. */
    public Map<Member, Integer> memberIds() {
        Map<Member, Integer> ids = new HashMap<>();
        vips.forEach((key, vip) -> vip.memberIds.forEach((real, id) -> ids.put(new Member(key, real), id)));
        return ids;
    }

    /** The id of each VIP that is in the maps. */
    public Map<VipKey, Integer> vipIds() {
        Map<VipKey, Integer> ids = new HashMap<>();
        vips.forEach((key, vip) -> ids.put(key, vip.id));
        return ids;
    }

    /** Brings the maps to {@code desired}. What is so already is not written. */
    public void apply(DesiredState desired) {
        Map<VipKey, DesiredVip> wanted = new LinkedHashMap<>();
        desired.vips().forEach(vip -> wanted.put(vip.key(), vip));
        assignIds(wanted);
        writeMembers(wanted, state -> state != MemberState.DOWN);
        writeTables(wanted);
        writeVips(wanted);
        writeMembers(wanted, state -> state == MemberState.DOWN);
        removeVips(wanted.keySet());
        freeMembers(wanted);
    }

    private void adopt() {
        datapath.vips().forEach((key, record) -> {
            AppliedVip vip = new AppliedVip(record.id());
            vip.record = record;
            vipIds.reserve(record.id());
            vips.put(key, vip);
        });
        BitSet orphans = new BitSet();
        datapath.members().forEach((id, record) -> {
            AppliedVip vip = vips.get(vipOf(record));
            if (vip == null || vip.memberIds.putIfAbsent(record.real(), id) != null) {
                orphans.set(id);
            } else {
                memberIds.reserve(id);
                records.put(id, record);
            }
        });
        if (!orphans.isEmpty()) {
            datapath.freeMembers(orphans);
        }
    }

    private void assignIds(Map<VipKey, DesiredVip> wanted) {
        for (DesiredVip desired : wanted.values()) {
            AppliedVip vip = vips.computeIfAbsent(desired.key(), key -> new AppliedVip(vipIds.take()));
            for (DesiredMember member : desired.members()) {
                vip.memberIds.computeIfAbsent(member.real(), real -> memberIds.take());
            }
        }
    }

    private void writeMembers(Map<VipKey, DesiredVip> wanted, Predicate<MemberState> which) {
        for (DesiredVip desired : wanted.values()) {
            AppliedVip vip = applied(desired.key());
            for (DesiredMember member : desired.members()) {
                if (which.test(member.state())) {
                    write(id(vip, member.real()), record(desired.key(), vip.id, member));
                }
            }
        }
    }

    private void write(int id, MemberRecord record) {
        if (!record.equals(records.get(id))) {
            datapath.putMember(id, record);
            records.put(id, record);
        }
    }

    private void writeTables(Map<VipKey, DesiredVip> wanted) {
        Map<AppliedVip, List<TableBuilder.Entry>> changed = new LinkedHashMap<>();
        for (DesiredVip desired : wanted.values()) {
            AppliedVip vip = applied(desired.key());
            List<TableBuilder.Entry> entries = entries(desired, vip);
            if (!entries.equals(vip.table)) {
                changed.put(vip, entries);
            }
        }
        Map<AppliedVip, int[]> built = new LinkedHashMap<>();
        Set<Integer> emptied = new HashSet<>();
        changed.forEach((vip, entries) -> {
            if (entries.isEmpty()) {
                emptied.add(vip.id);
                return;
            }
            built.put(vip, tableBuilder.build(entries));
            if (built.size() == TABLES_AT_ONCE) {
                putTables(built);
            }
        });
        putTables(built);
        if (!emptied.isEmpty()) {
            datapath.removeTables(emptied);
        }
        changed.forEach((vip, entries) -> vip.table = entries);
    }

    private void putTables(Map<AppliedVip, int[]> built) {
        if (!built.isEmpty()) {
            Map<Integer, int[]> byId = new LinkedHashMap<>();
            built.forEach((vip, slots) -> byId.put(vip.id, slots));
            datapath.putTables(byId);
            built.clear();
        }
    }

    private void writeVips(Map<VipKey, DesiredVip> wanted) {
        for (DesiredVip desired : wanted.values()) {
            AppliedVip vip = applied(desired.key());
            VipRecord record = new VipRecord(vip.id, desired.tracked());
            if (!record.equals(vip.record)) {
                datapath.putVip(desired.key(), record);
                vip.record = record;
            }
        }
    }

    private void removeVips(Set<VipKey> wanted) {
        Set<VipKey> removed = new HashSet<>(vips.keySet());
        removed.removeAll(wanted);
        if (removed.isEmpty()) {
            return;
        }
        removed.forEach(datapath::removeVip);
        Set<Integer> ids = new HashSet<>();
        removed.forEach(key -> ids.add(applied(key).id));
        datapath.removeTables(ids);
    }

    private void freeMembers(Map<VipKey, DesiredVip> wanted) {
        BitSet freed = new BitSet();
        for (Map.Entry<VipKey, AppliedVip> vip : vips.entrySet()) {
            Set<InetAddress> reals = reals(wanted.get(vip.getKey()));
            vip.getValue().memberIds.forEach((real, id) -> {
                if (!reals.contains(real)) {
                    freed.set(id);
                }
            });
        }
        if (!freed.isEmpty()) {
            datapath.freeMembers(freed);
            freed.stream().forEach(id -> {
                records.remove(id);
                memberIds.giveBack(id);
            });
        }
        forget(wanted.keySet(), freed);
    }

    private void forget(Set<VipKey> wanted, BitSet freed) {
        vips.values().forEach(vip -> vip.memberIds.values().removeIf(freed::get));
        vips.entrySet().removeIf(vip -> {
            boolean gone = !wanted.contains(vip.getKey());
            if (gone) {
                vipIds.giveBack(vip.getValue().id);
            }
            return gone;
        });
    }

    private static Set<InetAddress> reals(@Nullable DesiredVip vip) {
        Set<InetAddress> reals = new HashSet<>();
        if (vip != null) {
            vip.members().forEach(member -> reals.add(member.real()));
        }
        return reals;
    }

    private static List<TableBuilder.Entry> entries(DesiredVip desired, AppliedVip vip) {
        List<TableBuilder.Entry> entries = new ArrayList<>();
        for (DesiredMember member : desired.members()) {
            if (member.effectiveWeight() > 0) {
                entries.add(new TableBuilder.Entry(id(vip, member.real()), member.real(), member.effectiveWeight()));
            }
        }
        // The order of the configuration must not look like a change.
        entries.sort(Comparator.comparing(TableBuilder.Entry::real, BY_ADDRESS));
        return entries;
    }

    private static MemberRecord record(VipKey key, int vipId, DesiredMember member) {
        return new MemberRecord(
                key.address(),
                key.port(),
                key.protocol().number(),
                member.state(),
                member.real(),
                member.nextHop(),
                vipId);
    }

    private static VipKey vipOf(MemberRecord record) {
        Protocol protocol = record.protocol() == Protocol.TCP.number() ? Protocol.TCP : Protocol.UDP;
        return new VipKey(record.vip(), record.vipPort(), protocol);
    }

    private AppliedVip applied(VipKey key) {
        AppliedVip vip = vips.get(key);
        if (vip == null) {
            throw new IllegalStateException("no VIP " + key);
        }
        return vip;
    }

    private static int id(AppliedVip vip, InetAddress real) {
        Integer id = vip.memberIds.get(real);
        if (id == null) {
            throw new IllegalStateException("no member " + real);
        }
        return id;
    }
}
