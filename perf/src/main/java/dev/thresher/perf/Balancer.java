// SPDX-License-Identifier: Apache-2.0
package dev.thresher.perf;

import dev.thresher.bpf.BpfMap;
import dev.thresher.bpf.BpfObject;
import dev.thresher.bpf.BpfProgram;
import dev.thresher.bpf.MappedArray;
import dev.thresher.bpf.layout.FlowEntry;
import dev.thresher.bpf.layout.ForeignAddresses;
import dev.thresher.bpf.layout.MacAddress;
import dev.thresher.bpf.layout.MapNames;
import dev.thresher.bpf.layout.MemberRecord;
import dev.thresher.bpf.layout.MemberRecord.Encapsulation;
import dev.thresher.bpf.layout.MemberRecord.NextHop;
import dev.thresher.bpf.layout.MemberState;
import dev.thresher.bpf.layout.ProgramSettings;
import dev.thresher.bpf.layout.ProgramSettings.HashKey;
import dev.thresher.bpf.layout.ProgramSettings.OuterSource;
import dev.thresher.bpf.layout.ProgramSettings.Ticks;
import dev.thresher.bpf.layout.VipMatch;
import dev.thresher.bpf.layout.VipRecord;
import dev.thresher.bpf.layout.VipTable;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** One set of maps with VIPs in it, and several loads of the load balancer's program that share it. */
final class Balancer implements AutoCloseable {
    /** Real servers of each VIP. */
    static final int REALS = 100;

    private static final String OBJECT = "lb.bpf.o";
    private static final List<String> MAPS = List.of(
            MapNames.VIPS,
            MapNames.FOREIGN,
            MapNames.MEMBERS,
            MapNames.FLOWS,
            MapNames.TABLES,
            MapNames.MEMBER_STATS,
            MapNames.VIP_STATS,
            MapNames.COUNTERS);
    private static final int PAIR_BYTES = FlowEntry.PER_PAIR * Long.BYTES;
    private static final long SEED = 0x7468726573686572L;

    private static final NextHop NEXT_HOP =
            new NextHop(MacAddress.parse("02:00:00:00:01:01"), MacAddress.parse("02:00:00:00:00:01"));
    private static final InetAddress FIRST_IPV4_REAL = Traffic.address("10.0.0.1");
    private static final InetAddress FIRST_IPV6_REAL = Traffic.address("fd00::1");

    private final List<BpfObject> loads = new ArrayList<>();
    private final List<Traffic.Kind> kinds;
    private final int vipsPerKind;
    private final int flowPairs;
    private final Encapsulation encapsulation;
    private final BpfMap flows;
    private final MappedArray flowMemory;

    private Balancer(List<Traffic.Kind> kinds, int vipsPerKind, int flowPairs, int count, Encapsulation encapsulation) {
        this.kinds = kinds;
        this.vipsPerKind = vipsPerKind;
        this.flowPairs = flowPairs;
        this.encapsulation = encapsulation;
        for (int i = 0; i < count; i++) {
            loads.add(load());
        }
        BpfObject first = loads.get(0);
        flows = first.map(MapNames.FLOWS);
        flowMemory = flows.map();
        fill(first);
    }

    /**
     * Loads the program {@code count} times.
     *
     * @param kinds for each of these there are {@code vipsPerKind} VIPs of {@link #REALS} members
     * @param maxFlows a power of two
     */
    static Balancer load(List<Traffic.Kind> kinds, int vipsPerKind, int maxFlows, int count) {
        return load(kinds, vipsPerKind, maxFlows, count, Encapsulation.IPIP);
    }

    /** The same with another encapsulation. */
    static Balancer load(
            List<Traffic.Kind> kinds, int vipsPerKind, int maxFlows, int count, Encapsulation encapsulation) {
        return new Balancer(kinds, vipsPerKind, maxFlows / FlowEntry.PER_PAIR, count, encapsulation);
    }

    private BpfObject load() {
        BpfObject object = BpfObject.open(OBJECT);
        int vips = kinds.size() * vipsPerKind;
        int members = vips * REALS + 1;
        object.setReadOnlyData(settings().encode());
        if (loads.isEmpty()) {
            object.setMaxEntries(MapNames.TABLES, vips);
            object.setMaxEntries(MapNames.VIP_STATS, vips);
            object.setMaxEntries(MapNames.MEMBERS, members);
            object.setMaxEntries(MapNames.MEMBER_STATS, members);
            object.setMaxEntries(MapNames.FLOWS, flowPairs);
        } else {
            MAPS.forEach(map -> object.reuse(map, loads.get(0).map(map)));
        }
        return object.load();
    }

    private ProgramSettings settings() {
        SplittableRandom random = new SplittableRandom(SEED);
        HashKey key = new HashKey(random.nextLong(), random.nextLong(), random.nextLong() | 1, random.nextLong() | 1);
        OuterSource source = new OuterSource(0xac100000, 0xffff, 0x0100_0000_0000_0000L, 0, -1);
        // A tick of 2^8 jiffies is a second at HZ=250; the ages are the daemon's defaults.
        return new ProgramSettings(key, source, flowPairs, new Ticks(8, 60, 900, 60), 0);
    }

    private void fill(BpfObject object) {
        SplittableRandom random = new SplittableRandom(SEED);
        Map<VipMatch, VipRecord> vips = new LinkedHashMap<>();
        BpfMap members = object.map(MapNames.MEMBERS);
        List<Integer> keys = new ArrayList<>();
        List<BpfMap> tables = new ArrayList<>();
        for (Traffic.Kind kind : kinds) {
            for (int i = 0; i < vipsPerKind; i++) {
                int vipId = keys.size();
                InetAddress vip = Traffic.after(kind.destination, i);
                VipMatch match = new VipMatch(vip, Traffic.VIP_PORT, kind.protocol);
                vips.put(match, new VipRecord(vipId, true));
                InetAddress firstReal = kind.isIpv6() ? FIRST_IPV6_REAL : FIRST_IPV4_REAL;
                int firstMember = vipId * REALS + 1;
                for (int j = 0; j < REALS; j++) {
                    InetAddress real = Traffic.after(firstReal, vipId * REALS + j);
                    MemberRecord member =
                            new MemberRecord(match, MemberState.UP, real, NEXT_HOP, encapsulation, vipId, false);
                    members.update(bytesOf(firstMember + j), member.encode());
                }
                keys.add(vipId);
                tables.add(table(firstMember, random));
            }
        }
        object.map(MapNames.FOREIGN)
                .update(bytesOf(0), ForeignAddresses.without(vips.keySet()).encode());
        try (BpfMap table = BpfMap.createAligned("bench_vips", VipTable.BYTES)) {
            table.update(bytesOf(0), VipTable.encode(vips));
            object.map(MapNames.VIPS).updateInner(List.of(0), List.of(table));
        }
        object.map(MapNames.TABLES).updateInner(keys, tables);
        tables.forEach(BpfMap::close);
    }

    private static BpfMap table(int firstMember, SplittableRandom random) {
        ByteBuffer slots = ByteBuffer.allocate(MapNames.TABLE_BYTES).order(ByteOrder.nativeOrder());
        for (int i = 0; i < MapNames.TABLE_SLOTS; i++) {
            slots.putInt(firstMember + random.nextInt(REALS));
        }
        BpfMap table = BpfMap.createArray("bench_table", MapNames.TABLE_BYTES, 1);
        table.update(bytesOf(0), slots.array());
        return table;
    }

    private static byte[] bytesOf(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(value)
                .array();
    }

    BpfProgram program(int load) {
        return loads.get(load).program("lb");
    }

    BpfMap flows() {
        return flows;
    }

    /** Empties the connection table. */
    void forgetFlows() {
        ByteBuffer memory = flowMemory.buffer();
        while (memory.hasRemaining()) {
            memory.putLong(0);
        }
    }

    /** The first pair of buckets that holds a flow. */
    int firstUsedPair() {
        ByteBuffer memory = flowMemory.buffer();
        for (int at = 0; at < memory.limit(); at += Long.BYTES) {
            if (memory.getLong(at) != 0) {
                return at / PAIR_BYTES;
            }
        }
        throw new BenchException("the program recorded no flow");
    }

    /** Flows that were started since the program was loaded. */
    long newFlows() {
        BpfMap stats = loads.get(0).map(MapNames.MEMBER_STATS);
        int members = kinds.size() * vipsPerKind * REALS + 1;
        ByteBuffer values = stats.readArray(members);
        int stride = stats.perCpuStride();
        long sum = 0;
        for (int at = 0; at < values.limit(); at += stride) {
            sum += values.getLong(at + 2 * Long.BYTES);
        }
        return sum;
    }

    @Override
    public void close() {
        flowMemory.close();
        loads.forEach(BpfObject::close);
    }
}
