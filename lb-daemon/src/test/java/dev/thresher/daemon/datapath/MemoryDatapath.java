// SPDX-License-Identifier: Apache-2.0
package dev.thresher.daemon.datapath;

import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.QuicConfig;
import dev.thresher.bpf.layout.QuicServerKey;
import dev.thresher.bpf.layout.SourceRouteKey;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.config.VipKey;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Maps in memory that count writes and fail when they are told to. A call that writes several elements takes as many
 * steps, as it does in the kernel, and can fail between them.
 */
public final class MemoryDatapath implements Datapath {
    private int vipCapacity;
    private int memberCapacity;
    private final Map<VipKey, VipRecord> vips = new HashMap<>();
    private final Map<Integer, MemberRecord> members = new TreeMap<>();
    private final Map<Integer, int[]> tables = new TreeMap<>();

    private final Set<Integer> goneInterfaces = new HashSet<>();
    private final MemoryEntries<Integer, Integer> egress = new MemoryEntries<>() {
        @Override
        public void put(Integer index, Integer ifindex) {
            if (goneInterfaces.contains(ifindex)) {
                throw new NoSuchInterfaceException(ifindex, new IllegalArgumentException());
            }
            super.put(index, ifindex);
        }
    };
    private final MemoryEntries<Integer, QuicConfig> quicConfigs = new MemoryEntries<>();
    private final MemoryEntries<QuicServerKey, Integer> quicServers = new MemoryEntries<>();
    private final MemoryEntries<SourceRouteKey, Integer> sourceRoutes = new MemoryEntries<>();

    private Runnable afterStep = () -> {};
    private int calls;
    private int stepsUntilFailure = -1;
    private boolean failsWithEffect;

    /** Room for so many VIPs, and members with ids below {@code memberCapacity}. */
    public MemoryDatapath(int vipCapacity, int memberCapacity) {
        this.vipCapacity = vipCapacity;
        this.memberCapacity = memberCapacity;
    }

    /** Has this called after each step. */
    public void afterEachStep(Runnable check) {
        afterStep = check;
    }

    /** Lets so many steps succeed and the one after them fail, once. */
    public void failAfter(int steps) {
        failAfter(steps, false);
    }

    /** The same; the step that fails may have had its effect, as when a call is broken off after the kernel did it. */
    public void failAfter(int steps, boolean withEffect) {
        stepsUntilFailure = steps;
        failsWithEffect = withEffect;
    }

    public void failNoMore() {
        stepsUntilFailure = -1;
    }

    /** An interface goes away, and takes its entry with it as it does in the kernel. */
    public void loseInterface(int ifindex) {
        goneInterfaces.add(ifindex);
        egress.entries.values().remove(ifindex);
    }

    public void regainInterface(int ifindex) {
        goneInterfaces.remove(ifindex);
    }

    /** Calls that write, since the last time this was asked. */
    public int takeCalls() {
        int taken = calls;
        calls = 0;
        return taken;
    }

    /** The record of a VIP that must be there. */
    public VipRecord vip(VipKey key) {
        return Objects.requireNonNull(vips.get(key), () -> "no VIP " + key);
    }

    /** The record of a member that must be there. */
    public MemberRecord member(int id) {
        return Objects.requireNonNull(members.get(id), () -> "no member " + id);
    }

    /** Member ids by slot. */
    public Map<Integer, int[]> tablesById() {
        return tables;
    }

    @Override
    public int memberCapacity() {
        return memberCapacity;
    }

    @Override
    public int vipCapacity() {
        return vipCapacity;
    }

    @Override
    public void resize(Capacity capacity) {
        calls++;
        step(() -> {
            vipCapacity = capacity.vips();
            memberCapacity = capacity.members();
        });
    }

    @Override
    public Map<VipKey, VipRecord> vips() {
        return Map.copyOf(vips);
    }

    @Override
    public Map<Integer, MemberRecord> members() {
        return Map.copyOf(members);
    }

    @Override
    public Set<Integer> tables() {
        return Set.copyOf(tables.keySet());
    }

    @Override
    public void replaceVips(Map<VipKey, VipRecord> all) {
        calls++;
        step(() -> {
            vips.clear();
            vips.putAll(all);
        });
    }

    @Override
    public void putMember(int id, MemberRecord member) {
        calls++;
        step(() -> members.put(id, member));
    }

    @Override
    public void freeMembers(BitSet ids) {
        calls++;
        ids.stream().forEach(id -> step(() -> members.remove(id)));
    }

    @Override
    public void putTables(Map<Integer, Supplier<int[]>> tablesByVip) {
        calls++;
        tablesByVip.forEach((id, slots) -> step(() -> tables.put(id, slots.get().clone())));
    }

    @Override
    public void removeTables(Set<Integer> vipIds) {
        calls++;
        vipIds.forEach(id -> step(() -> tables.remove(id)));
    }

    @Override
    public void freeVips(Set<Integer> ids) {
        calls++;
        ids.forEach(id -> step(() -> tables.remove(id)));
    }

    @Override
    public EntryMap<Integer, Integer> egress() {
        return egress;
    }

    @Override
    public EntryMap<Integer, QuicConfig> quicConfigs() {
        return quicConfigs;
    }

    @Override
    public EntryMap<QuicServerKey, Integer> quicServers() {
        return quicServers;
    }

    @Override
    public EntryMap<SourceRouteKey, Integer> sourceRoutes() {
        return sourceRoutes;
    }

    /** Each write is a step. */
    private class MemoryEntries<K, V> implements EntryMap<K, V> {
        private final Map<K, V> entries = new HashMap<>();

        @Override
        public int capacity() {
            return memberCapacity;
        }

        @Override
        public Map<K, V> read() {
            return new HashMap<>(entries);
        }

        @Override
        public void put(K key, V value) {
            calls++;
            step(() -> entries.put(key, value));
        }

        @Override
        public void remove(K key) {
            calls++;
            step(() -> entries.remove(key));
        }
    }

    private void step(Runnable effect) {
        boolean fails = stepsUntilFailure == 0;
        if (stepsUntilFailure >= 0) {
            stepsUntilFailure--;
        }
        if (!fails || failsWithEffect) {
            effect.run();
            afterStep.run();
        }
        if (fails) {
            throw new IllegalStateException("the kernel refuses this write");
        }
    }
}
