// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.reconcile;

import com.google.common.collect.Lists;
import com.google.common.collect.Sets;
import dev.thresher.bpf.layout.Addresses;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.Member;
import dev.thresher.config.VipKey;
import dev.thresher.daemon.datapath.Capacity;
import dev.thresher.daemon.datapath.Datapath;
import dev.thresher.daemon.datapath.VipKeys;
import dev.thresher.daemon.nexthop.Resolution.Resolved;
import dev.thresher.daemon.reconcile.DesiredState.DesiredMember;
import dev.thresher.daemon.reconcile.DesiredState.DesiredVip;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the maps say what is wanted, by the fewest writes and in an order in which no packet meets a half-done change:
 * members before the tables that name them, tables before the VIPs that use them, and the other way round when something
 * goes. A member that goes out of service says so first, and the program avoids it while its table is built. VIPs and
 * members keep their ids for as long as they are wanted, whatever else changes. One thread owns it.
 */
public final class Reconciler {
    private static final Comparator<InetAddress> BY_ADDRESS =
            (a, b) -> Arrays.compareUnsigned(Addresses.encode(a), Addresses.encode(b));

    /** Each batch waits some 8 ms for the kernel; each table is a map, and for that time a file descriptor. */
    private static final int TABLES_AT_ONCE = 512;

    private final Datapath datapath;
    private final TableBuilder tableBuilder;
    private final IdPool vipIds;
    private final IdPool memberIds;
    private final Map<VipKey, AppliedVip> vips = new HashMap<>();
    private final Map<Integer, MemberRecord> records = new HashMap<>();
    private final EgressIndexes egress;
    private final AppliedRoutes routes;

    /** What the map of VIPs says; null when a write failed, and that is not known. */
    private @Nullable Map<VipKey, VipRecord> vipRecords;

    /**
     * What the maps were brought to last; null while that is not known. A VIP that is asked for by the same object again
     * is not looked at: one verdict among ten thousand costs what depends on it, and little for the rest.
     */
    private @Nullable Map<VipKey, DesiredVip> applied;

    /** Worked out when they are asked for. */
    private @Nullable Map<Member, Integer> idsOfMembers;

    /** Begins with what the maps hold. */
    public Reconciler(Datapath datapath, TableBuilder tableBuilder) {
        this.datapath = datapath;
        this.tableBuilder = tableBuilder;
        this.vipIds = new IdPool(Room.VIPS, 0, datapath.vipCapacity());
        this.memberIds = new IdPool(Room.MEMBERS, 1, datapath.memberCapacity());
        this.egress = new EgressIndexes(new AppliedEntries<>(datapath.egress()));
        this.routes = new AppliedRoutes(datapath);
        adopt();
    }

    /** States that the maps held at the start, for beginning with the health that was found. */
    public Map<Member, MemberState> memberStates() {
        Map<Member, MemberState> states = new HashMap<>();
        records.values().forEach(record -> states.put(new Member(vipOf(record), record.real()), record.state()));
        return states;
    }

    /** Next hops of the members that serve, as the maps have them: usable until better is known. */
    public Map<InetAddress, Resolved> nextHops() {
        Map<InetAddress, Resolved> nextHops = new HashMap<>();
        for (MemberRecord record : records.values()) {
            NextHop nextHop = record.nextHop();
            Integer leavesBy = egress.interfaceAt(nextHop.egress());
            if (record.state() != MemberState.DOWN && leavesBy != null) {
                nextHops.put(
                        record.real(),
                        new Resolved(
                                nextHop.destination(),
                                nextHop.source(),
                                record.real(),
                                leavesBy,
                                nextHop.mtu(),
                                nextHop.vlan()));
            }
        }
        return nextHops;
    }

    /** The id of each member that is in the maps. */
    public Map<Member, Integer> memberIds() {
        if (idsOfMembers == null) {
            Map<Member, Integer> ids = new HashMap<>();
            vips.forEach((key, vip) -> vip.memberIds.forEach((real, id) -> ids.put(new Member(key, real), id)));
            idsOfMembers = Map.copyOf(ids);
        }
        return idsOfMembers;
    }

    /** The id of each VIP that is in the maps. */
    public Map<VipKey, Integer> vipIds() {
        Map<VipKey, Integer> ids = new HashMap<>();
        vips.forEach((key, vip) -> ids.put(key, vip.id));
        return ids;
    }

    /**
     * Brings the maps to {@code desired}. What is so already is not written. A write that fails leaves the rest undone,
     * and the next call makes up for it. Real servers behind an interface that has just gone are down: whoever follows
     * next hops is about to hear of it.
     *
     * @throws CapacityException if that does not fit; nothing was written then
     */
    public void apply(DesiredState desired) {
        Map<VipKey, DesiredVip> before = applied;
        if (before != null
                && before.size() == desired.vips().size()
                && changed(desired.vips(), before).isEmpty()) {
            return;
        }
        requireRoom(desired);
        applied = null;
        Set<Integer> interfaces = interfaces(desired);
        Set<Integer> gone = egress.write(interfaces);
        Map<VipKey, DesiredVip> wanted = new LinkedHashMap<>();
        desired.vips().forEach(vip -> wanted.put(vip.key(), vip.without(gone)));
        List<DesiredVip> changed = changed(wanted.values(), before);
        assignIds(changed);
        writeMembers(changed, state -> state != MemberState.DOWN);
        // From here on other slots stand in for theirs: building tables takes its time.
        writeMembers(withStandIns(changed), state -> state == MemberState.DOWN);
        writeTables(changed);
        AppliedRoutes.Wanted wantedRoutes = routes(wanted);
        routes.write(wantedRoutes);
        writeVips(wanted);
        writeMembers(changed, state -> state == MemberState.DOWN);
        routes.prune(wantedRoutes);
        freeVips(wanted.keySet());
        freeMembers(wanted, changed);
        forget(wanted.keySet());
        egress.prune(interfaces);
        applied = wanted;
    }

    /** Those that may be in the maps otherwise, or not at all. The same object needs no look into it. */
    @SuppressWarnings("ReferenceEquality")
    private static List<DesiredVip> changed(Collection<DesiredVip> vips, @Nullable Map<VipKey, DesiredVip> before) {
        return vips.stream()
                .filter(vip -> before == null || before.get(vip.key()) != vip)
                .toList();
    }

    /**
     * Makes sure that {@link #apply} finds room for {@code desired}. Writes nothing.
     *
     * @throws CapacityException if it does not
     */
    public void requireRoom(DesiredState desired) {
        requireIds(desired, vipIds.end(), memberIds.end());
        requireRoutes(desired, routes.prefixCapacity(), routes.serverIdCapacity());
    }

    private void requireIds(DesiredState desired, int vipEnd, int memberEnd) {
        int newVips = (int) desired.vips().stream()
                .filter(vip -> !vips.containsKey(vip.key()))
                .count();
        vipIds.requireFree(newVips, vipEnd);
        int newMembers = changed(desired.vips(), applied).stream()
                .mapToInt(this::countNew)
                .sum();
        memberIds.requireFree(newMembers, memberEnd);
        egress.requireRoom(interfaces(desired));
        // Prefixes have room for twice the VIPs, and none takes more than two entries.
    }

    private void requireRoutes(DesiredState desired, int prefixes, int serverIds) {
        AppliedRoutes.Wanted wanted = new AppliedRoutes.Wanted();
        int newVip = 0;
        for (DesiredVip vip : desired.vips()) {
            AppliedVip applied = vips.get(vip.key());
            // No id is negative: those that a new VIP will get are not known yet.
            wanted.add(applied == null ? --newVip : applied.id, vip.routes(), real -> 0);
        }
        routes.requireRoom(wanted, prefixes, serverIds);
    }

    /** Why {@link #apply} would find no room for {@code desired} in maps of that size, if so. */
    public Optional<String> lackOfRoom(DesiredState desired, Capacity capacity) {
        try {
            requireInUse(capacity);
            requireIds(desired, capacity.vips(), capacity.members());
            requireRoutes(desired, capacity.prefixes(), capacity.serverIds());
            return Optional.empty();
        } catch (CapacityException e) {
            return Optional.ofNullable(e.getMessage());
        }
    }

    /**
     * Gives the maps other sizes. What is in them stays there.
     *
     * @throws CapacityException if ids in use do not fit; nothing was changed then
     */
    public void resize(Capacity capacity) {
        requireInUse(capacity);
        datapath.resize(capacity);
        vipIds.endAt(capacity.vips());
        memberIds.endAt(capacity.members());
    }

    private void requireInUse(Capacity capacity) {
        vipIds.requireBelow(capacity.vips());
        memberIds.requireBelow(capacity.members());
    }

    /** Takes over what an earlier daemon left, and frees what belongs to nothing: it was stopped in the middle. */
    private void adopt() {
        Set<Integer> tables = new HashSet<>(datapath.tables());
        Map<VipKey, VipRecord> found = datapath.vips();
        vipRecords = found;
        found.forEach((key, record) -> {
            vipIds.reserve(record.id());
            vips.put(key, AppliedVip.found(record.id(), tables.remove(record.id())));
        });
        if (!tables.isEmpty()) {
            datapath.freeVips(tables);
        }
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
        // Before the ids of the others are used again, those that were never written included.
        routes.retain(records.keySet());
        if (!orphans.isEmpty()) {
            datapath.freeMembers(orphans);
        }
    }

    private static Set<Integer> interfaces(DesiredState desired) {
        return desired.vips().stream()
                .flatMap(vip -> vip.members().stream())
                .map(DesiredMember::egress)
                .collect(Collectors.toSet());
    }

    private AppliedRoutes.Wanted routes(Map<VipKey, DesiredVip> wanted) {
        AppliedRoutes.Wanted all = new AppliedRoutes.Wanted();
        wanted.forEach((key, desired) -> {
            AppliedVip vip = applied(key);
            all.add(vip.id, desired.routes(), real -> id(vip, real));
        });
        return all;
    }

    private void assignIds(List<DesiredVip> changed) {
        for (DesiredVip desired : changed) {
            AppliedVip vip = vips.computeIfAbsent(desired.key(), key -> AppliedVip.added(vipIds.take()));
            for (DesiredMember member : desired.members()) {
                vip.memberIds.computeIfAbsent(member.real(), real -> {
                    idsOfMembers = null;
                    return memberIds.take();
                });
            }
        }
    }

    private int countNew(DesiredVip desired) {
        AppliedVip vip = vips.get(desired.key());
        Set<InetAddress> reals = reals(desired);
        if (vip != null) {
            reals.removeAll(vip.memberIds.keySet());
        }
        return reals.size();
    }

    /**
     * Those whose present table belongs to members that go on, by half or more: so nearly every slot has a stand-in.
     * Elsewhere members serve until their successors' table is live.
     */
    private List<DesiredVip> withStandIns(List<DesiredVip> changed) {
        return changed.stream()
                .filter(desired -> {
                    List<TableBuilder.Entry> table = applied(desired.key()).table;
                    return table != null && weightOfThoseWhoGoOn(desired, table) * 2 >= weight(table.stream());
                })
                .toList();
    }

    private static long weightOfThoseWhoGoOn(DesiredVip desired, List<TableBuilder.Entry> table) {
        Set<InetAddress> goOn = desired.members().stream()
                .filter(member -> member.state() != MemberState.DOWN)
                .map(DesiredMember::real)
                .collect(Collectors.toSet());
        return weight(table.stream().filter(entry -> goOn.contains(entry.real())));
    }

    private static long weight(Stream<TableBuilder.Entry> entries) {
        return entries.mapToLong(TableBuilder.Entry::weight).sum();
    }

    private void writeMembers(List<DesiredVip> changed, Predicate<MemberState> which) {
        for (DesiredVip desired : changed) {
            AppliedVip vip = applied(desired.key());
            VipMatch match = VipKeys.match(desired.key());
            for (DesiredMember member : desired.members()) {
                if (which.test(member.state())) {
                    int egressIndex = egress.of(member.egress());
                    write(id(vip, member.real()), member.record(desired, match, vip.id, egressIndex));
                }
            }
        }
    }

    /** Here and below: what is known is forgotten before it is changed, so that a failure does not leave it wrong. */
    private void write(int id, MemberRecord record) {
        if (!record.equals(records.get(id))) {
            records.remove(id);
            datapath.putMember(id, record);
            records.put(id, record);
        }
    }

    private void writeTables(List<DesiredVip> changed) {
        Map<AppliedVip, List<TableBuilder.Entry>> filled = new LinkedHashMap<>();
        Map<AppliedVip, List<TableBuilder.Entry>> emptied = new LinkedHashMap<>();
        for (DesiredVip desired : changed) {
            AppliedVip vip = applied(desired.key());
            List<TableBuilder.Entry> entries = entries(desired, vip);
            if (!entries.equals(vip.table)) {
                vip.table = null;
                (entries.isEmpty() ? emptied : filled).put(vip, entries);
            }
        }
        for (List<AppliedVip> batch : Lists.partition(List.copyOf(filled.keySet()), TABLES_AT_ONCE)) {
            Map<Integer, Supplier<int[]>> tables = new LinkedHashMap<>();
            batch.forEach(vip -> {
                List<TableBuilder.Entry> entries = filled.getOrDefault(vip, List.of());
                tables.put(vip.id, () -> tableBuilder.build(entries));
            });
            datapath.putTables(tables);
        }
        if (!emptied.isEmpty()) {
            datapath.removeTables(ids(emptied.keySet()));
        }
        filled.forEach((vip, entries) -> vip.table = entries);
        emptied.forEach((vip, entries) -> vip.table = entries);
    }

    /** Also takes out the VIPs that are gone: one step makes the maps say which VIPs there are. */
    private void writeVips(Map<VipKey, DesiredVip> wanted) {
        Map<VipKey, VipRecord> all = new LinkedHashMap<>();
        wanted.forEach((key, desired) -> all.put(key, desired.record(applied(key).id)));
        if (!all.equals(vipRecords)) {
            vipRecords = null;
            datapath.replaceVips(all);
            vipRecords = all;
        }
    }

    private void freeVips(Set<VipKey> wanted) {
        List<AppliedVip> removed = new ArrayList<>();
        vips.forEach((key, vip) -> {
            if (!wanted.contains(key)) {
                vip.table = null;
                removed.add(vip);
            }
        });
        if (!removed.isEmpty()) {
            datapath.freeVips(ids(removed));
        }
    }

    private void freeMembers(Map<VipKey, DesiredVip> wanted, List<DesiredVip> changed) {
        BitSet freed = new BitSet();
        Set<VipKey> suspects = new HashSet<>(Sets.difference(vips.keySet(), wanted.keySet()));
        changed.forEach(vip -> suspects.add(vip.key()));
        for (VipKey key : suspects) {
            Set<InetAddress> reals = reals(wanted.get(key));
            applied(key).memberIds.forEach((real, id) -> {
                if (!reals.contains(real)) {
                    freed.set(id);
                }
            });
        }
        if (freed.isEmpty()) {
            return;
        }
        idsOfMembers = null;
        freed.stream().forEach(records::remove);
        datapath.freeMembers(freed);
        freed.stream().forEach(memberIds::giveBack);
        suspects.forEach(key -> applied(key).memberIds.values().removeIf(freed::get));
    }

    private void forget(Set<VipKey> wanted) {
        vips.entrySet().removeIf(vip -> {
            boolean gone = !wanted.contains(vip.getKey());
            if (gone) {
                vipIds.giveBack(vip.getValue().id);
            }
            return gone;
        });
    }

    private static Set<Integer> ids(Collection<AppliedVip> vips) {
        return vips.stream().map(vip -> vip.id).collect(Collectors.toSet());
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

    private static VipKey vipOf(MemberRecord record) {
        return VipKeys.key(record.vip());
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
